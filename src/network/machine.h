/* What the machine can do at most: a roof for the layers' times. */
#ifndef NETWORK_MACHINE_H
#define NETWORK_MACHINE_H

#include "base/error.h"
#include "kernels/kernels.h"

/* As yolo_measure_machine. */
yolo_status machine_measure(const kernels *set, int threads, yolo_machine *machine, yolo_error *error);

#endif
