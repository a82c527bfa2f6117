#!/bin/sh
# Installs what is missing, with the system's package manager and with sudo only where that is needed: tools/deps.sh [PURPOSE]
#   (nothing)  to build and test          tests  that no test is skipped, as well (from PyPI, too: into build/python)
#   check      for `make check` as well   cross  to build for aarch64 and run it
set -eu
purpose=${1:-build}

have() { command -v "$1" > /dev/null 2>&1; }

# Each manager: its packages, how to ask for one, how to install some.
if have apt-get; then
    build="gcc libc6-dev make pkg-config libpng-dev libjpeg-dev libstb-dev fonts-dejavu-core python3 python3-numpy"
    tests="chromium chromium-driver python3-selenium python3-pip man-db zsh strace"
    check="clang clang-format clang-tidy cppcheck gcovr llvm libomp-dev binutils git $tests"
    cross="gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user libgomp1:arm64 libpng-dev:arm64 libjpeg-dev:arm64"
    is_installed() { dpkg-query -W -f '${Status}' "$1" 2> /dev/null | grep -q 'ok installed'; }
    install() {
        export DEBIAN_FRONTEND=noninteractive
        [ "$purpose" != cross ] || dpkg --print-foreign-architectures | grep -qx arm64 || {
            $sudo dpkg --add-architecture arm64
            $sudo apt-get update -q
        }
        # A fresh system has no package lists yet, and an old one has stale ones.
        $sudo apt-get install -q -y --no-install-recommends "$@" || {
            $sudo apt-get update -q
            $sudo apt-get install -q -y --no-install-recommends "$@"
        }
    }
elif have dnf; then
    build="gcc make pkgconf-pkg-config libpng-devel libjpeg-turbo-devel stb-devel libgomp dejavu-sans-fonts python3 python3-numpy"
    check="clang clang-tools-extra cppcheck gcovr libomp-devel binutils git"
    cross=
    is_installed() { rpm -q --whatprovides "$1" > /dev/null 2>&1; }
    install() { $sudo dnf install -y "$@"; }
elif have pacman; then
    build="gcc make pkgconf libpng libjpeg-turbo stb ttf-dejavu python python-numpy"
    check="clang cppcheck openmp binutils git"
    cross=
    is_installed() { pacman -Q "$1" > /dev/null 2>&1; }
    install() { $sudo pacman -S --needed --noconfirm "$@"; }
elif have apk; then
    build="bash gcc musl-dev make pkgconf libpng-dev libjpeg-turbo-dev stb libgomp font-dejavu python3 py3-numpy"
    check="clang clang-extra-tools cppcheck openmp-dev binutils git"
    cross=
    is_installed() { apk info -e "$1" > /dev/null 2>&1; }
    install() { $sudo apk add "$@"; }
elif have brew; then
    build="gcc pkgconf libpng jpeg-turbo libomp font-dejavu numpy"
    check="clang-format binutils"
    cross=
    is_installed() { brew list "$1" > /dev/null 2>&1; }
    install() { brew install "$@"; }
else
    echo "deps: no apt-get, dnf, pacman, apk or brew here; docs/building.md lists what to install" >&2
    exit 1
fi

wanted=$build
case $purpose in
    tests) wanted="$build ${tests:-}" ;;
    check) wanted="$build $check" ;;
    cross) wanted="$build $cross" ;;
esac
if [ "$purpose" = cross ] && [ -z "$cross" ]; then
    echo "deps: cross-compiling is known with Debian's packages only" >&2
    exit 1
fi

missing=
for package in $wanted; do
    is_installed "$package" || missing="$missing $package"
done
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
if [ -n "$missing" ]; then
    echo "deps: installing$missing"
    # shellcheck disable=SC2086
    install $missing
fi

# What the system's packages lack goes into a folder that the tests look into, and nowhere else.
python_packages() {
    cd "$(dirname "$0")/.."
    PYTHONPATH=build/python python3 -c 'import pycocotools.cocoeval' 2> /dev/null && return
    echo "deps: installing what tests/requirements.txt names into build/python"
    PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1 \
        python3 -m pip install --quiet --upgrade --target build/python -r tests/requirements.txt
}
case $purpose in
    tests) python_packages ;;
    check) python_packages || echo "deps: without them some tests are skipped" ;;
esac
