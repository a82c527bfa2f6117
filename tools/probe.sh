#!/bin/sh
# Prints, as make variables, what the compiler builds for and where the libraries are; the Makefile keeps the answer.
# What is missing is named with the package to install.
set -u

pkg_config=${PKG_CONFIG:-pkg-config}
if [ -n "$CROSS" ]; then
    triplet=$(basename "${CROSS%-}")
    export PKG_CONFIG_LIBDIR="${PKG_CONFIG_LIBDIR:-/usr/lib/$triplet/pkgconfig:/usr/share/pkgconfig}"
fi

missing() { # WHAT APT-PACKAGE [ANOTHER WAY]
    hint=${3:-}
    echo "detect: $1 is missing: install it (on Debian: $2), or try \`make deps\`${hint:+, or build with $hint}" >&2
    exit 1
}

compiles() { # FLAG... < source
    # shellcheck disable=SC2086 # CC may hold arguments
    $CC "$@" -x c - -o /dev/null 2> /dev/null
}

# As -isystem, because the warnings in other people's headers are not ours.
package_cflags() { $pkg_config --cflags "$@" | sed 's/-I *\([^ ]\)/-isystem \1/g'; }

find_stb() {
    if $pkg_config --exists stb; then
        package_cflags stb
        return
    fi
    for folder in /usr/include /usr/local/include /opt/homebrew/include /opt/local/include; do
        [ -f $folder/stb/stb_image.h ] && echo "-isystem $folder/stb" && return
        [ -f $folder/stb_image.h ] && echo "-isystem $folder" && return
    done
    return 1
}

find_font() {
    for file in "${FONT:-}" \
        "$(fc-match -f '%{file}' 'DejaVu Sans:style=Book' 2> /dev/null)" \
        /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf /usr/share/fonts/dejavu/DejaVuSans.ttf \
        /usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf /usr/share/fonts/TTF/DejaVuSans.ttf \
        /usr/local/share/fonts/DejaVuSans.ttf "${HOME:-}/Library/Fonts/DejaVuSans.ttf"; do
        # fc-match answers with some other font where this one is not installed.
        [ -f "$file" ] && case $file in
            "${FONT:-}" | */DejaVuSans.ttf) realpath "$file" && return ;;
        esac
    done
    return 1
}

echo 'int main(void) { return 0; }' | compiles || missing "a C compiler that works ('$CC')" gcc
command -v "$pkg_config" > /dev/null || missing pkg-config pkg-config

packages=libpng
$pkg_config --exists libpng || missing libpng libpng-dev
if [ "$TURBOJPEG" != 0 ]; then
    $pkg_config --exists libjpeg || missing libjpeg-turbo libjpeg62-turbo-dev TURBOJPEG=0
    packages="$packages libjpeg"
fi
openmp_flags='' openmp_link=''
if [ "$OPENMP" != 0 ]; then
    openmp_flags=-fopenmp
    printf '#include <omp.h>\nint main(void) { return omp_get_max_threads() < 1; }\n' | compiles -fopenmp ||
        missing "OpenMP for '$CC'" "libgomp1 with gcc, libomp-dev with clang" OPENMP=0
    # Clang writes where its own OpenMP lies into the program, though the system finds it, too.
    without_rpath=-fno-openmp-implicit-rpath
    if PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2> /dev/null | grep -q 'libomp\.so' &&
        echo 'int main(void) { return 0; }' | compiles -fopenmp $without_rpath; then
        openmp_link=$without_rpath
    fi
fi
stb_cflags=$(find_stb) || missing stb libstb-dev
if [ -n "${FONT:-}" ] && [ ! -f "$FONT" ]; then
    echo "detect: FONT=$FONT is not a file" >&2
    exit 1
fi
font=$(find_font) || missing "the font DejaVuSans.ttf" fonts-dejavu-core FONT=FILE

# What makes memory errors harder to exploit, as far as the compiler knows it.
hardening=
for flag in -D_FORTIFY_SOURCE=3 -fstack-clash-protection -fcf-protection=full -mbranch-protection=standard; do
    echo 'int main(void) { return 0; }' | compiles -O2 -Werror -U_FORTIFY_SOURCE $flag && hardening="$hardening $flag"
done

# shellcheck disable=SC2086
machine=$($CC -dumpmachine)
cat << VARIABLES
arch := $(echo "${machine%%-*}" | sed 's/amd64/x86_64/; s/arm64/aarch64/')
openmp_flags := $openmp_flags
openmp_link := $openmp_link
hardening :=$hardening
package_names := $packages
package_cflags := $(package_cflags $packages) $stb_cflags
package_libs := $($pkg_config --libs $packages)
font := $font
VARIABLES
