/* The kernels that measure the machine, and what is made of them. */
#include "kernel_sets.h"
#include "network/machine.h"

#include <math.h>

static void counts_its_operations(void) {
    const kernels *set;
    for (size_t i = 0; (set = kernel_set_at(i)); i++) {
        float sink = NAN;
        test_note("%s", set->name);
        const double few = set->multiply_adds(10, &sink), many = set->multiply_adds(20, &sink);
        CHECK(few > 0);
        CHECK_NEAR(many, 2 * few, 0);
        CHECK(isfinite(sink));
    }
}

static void reads_no_further(void) {
    floats_buffer buffer = floats_buffer_make(1000);
    test_random random = {1};
    const kernels *set;
    for (size_t i = 0; (set = kernel_set_at(i)); i++)
        for (size_t count = 0; count < 300; count++) {
            float sink = NAN;
            set->read_memory(count, floats_random(buffer, count, &random), &sink);
            CHECK(isfinite(sink));
        }
}

static void measures_the_machine(void) {
    yolo_machine machine = {0};
    yolo_error error;
    if (!CHECK_INT(machine_measure(kernels_select(NULL), 2, &machine, &error), YOLO_OK)) return;
    CHECK(machine.flops_per_s > 1e7);
    CHECK(machine.bytes_per_s > 1e7);
}

int main(void) {
    static const test_case cases[] = {TEST(counts_its_operations), TEST(reads_no_further), TEST(measures_the_machine)};
    return kernel_tests_run(cases, sizeof cases / sizeof *cases);
}
