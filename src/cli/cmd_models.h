/* The verbs of `lull models` that have a file of their own. */
#ifndef LULL_CLI_CMD_MODELS_H
#define LULL_CLI_CMD_MODELS_H

#include "cli.h"

int cmd_models_import(struct cli *cli, int argc, char **argv);

#endif
