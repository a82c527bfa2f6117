#include "cli/bench.h"
#include "cli/clock.h"
#include "cli/message.h"
#include "cli/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TURN_RUNS_MOST = 1000000 };

static yolo_status take_turn(const struct session *session, const yolo_image *image, unsigned long runs,
                             struct output *output, yolo_error *error) {
    double ms;
    for (unsigned long i = 0; i < runs; i++) {
        const yolo_status status = bench_run(session, image, NULL, &ms, error);
        if (status) return status;
        output_format(output, "%s%.5f", i ? "," : "[", ms);
    }
    output_text(output, "]\n");
    return YOLO_OK;
}

static enum exit_code take_turns(const struct session *session, const yolo_image *image, struct output *output) {
    char line[64];
    yolo_error error;
    while (output_flush(output) && fgets(line, sizeof line, stdin)) {
        const unsigned long runs = strncmp(line, "run ", 4) == 0 ? strtoul(line + 4, NULL, 10) : 0;
        if (runs < 1 || runs > TURN_RUNS_MOST) {
            complain("--by-turns: stdin must have lines such as 'run 5', of 1 to %d runs", TURN_RUNS_MOST);
            return EXIT_WRONG_USAGE;
        }
        if (take_turn(session, image, runs, output, &error)) {
            complain("%s", error.message);
            return EXIT_SOME_FAILED;
        }
    }
    return EXIT_DONE;
}

enum exit_code bench_by_turns(const struct session *session, double begin) {
    yolo_image image = {0};
    yolo_error error;
    double ms;
    struct output *output = output_open("-");
    if (!output) return EXIT_SOME_FAILED;
    enum exit_code code = EXIT_SOME_FAILED;
    if (bench_picture(session, &image, &error) || bench_run(session, &image, NULL, &ms, &error)) {
        complain("%s", error.message);
    } else {
        output_format(output, "{\"load_ms\":%.3f}\n", clock_ms() - begin);
        code = take_turns(session, &image, output);
    }
    yolo_image_free(&image);
    return output_close(output, true) ? code : EXIT_SOME_FAILED;
}
