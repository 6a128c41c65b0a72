/* vpc_plot.h - the picture of a visual predictive check. */
#ifndef LULL_CLI_VPC_PLOT_H
#define LULL_CLI_VPC_PLOT_H

#include "lull/ketamine/vpc.h"
#include "sim_cli.h"

struct vpc_words {
	const char *title, *x_label, *y_label, *stratum, *command;
	bool log_y, is_tad;
};
LULL_NODISCARD int vpc_plot(const struct lull_vpc *vpc, struct cli *cli, const char *path, const struct vpc_words *words,
			    struct lull_err *err);

#endif
