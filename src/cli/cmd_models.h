/* cmd_models.h - what the verbs of `lull models` share: a model with its typical person, words for it. */
#ifndef LULL_CLI_CMD_MODELS_H
#define LULL_CLI_CMD_MODELS_H

#include "cli.h"
#include "lull/base/sources.h"
#include "lull/codec/models_json.h"
#include "lull/ketamine/typical.h"

/* A model by id, or a file of one's own (a name with '/' or ending in .yaml), at a weight (NAN: the model's own).
 * CLI_DONE or the exit status, said. */
int models_load(struct cli *cli, const char *name, double weight_kg, struct lull_model_view *out);

/* Three significant digits or so: 0.0042, 0.42, 42.1, 421. */
void models_about(struct lull_buf *buf, double x);
/* 2.84 min, 28.4 min, 3.06 h, 1.2 d; "never" for NaN */
void models_time(struct lull_buf *buf, double h);
/* Pad what was written since `from` to `width` columns, at least one blank. */
void models_pad(struct lull_buf *buf, size_t from, size_t width);
void models_half_lives(struct lull_buf *buf, const struct lull_disposition *d);
/* "total ketamine, arterial" of an output; "" where the file says neither. */
const char *models_curve_words(struct lull_arena *arena, struct lull_drive drive);

int cmd_models_show(struct cli *cli, int argc, char **argv);
int cmd_models_check(struct cli *cli, int argc, char **argv);
int cmd_models_plot(struct cli *cli, int argc, char **argv);
int cmd_models_compare(struct cli *cli, int argc, char **argv);
int cmd_models_import(struct cli *cli, int argc, char **argv);

#endif
