/* The [net] section: what the network's input looks like. */
#ifndef NETWORK_NET_H
#define NETWORK_NET_H

#include "network/options.h"

enum { NET_MAX_THREADS = 1024 }; /* that share the work of a model */
enum { NET_MAX_SIDE = 65536 };   /* of the network's input and of any map; the widest of the Darknet family is 1536 */

typedef struct net_params {
    int width, height, channels; /* all at least 1 */
    int inputs;                  /* numbers, of a network that takes no picture; else 0 */
    int letterbox;
} net_params;

/* YOLO_BAD_MODEL where the section is not [net] or [network], or does not say what the input is. */
yolo_status net_read(const cfg_section *section, net_params *net, const cfg_warnings *warnings, yolo_error *error);

#endif
