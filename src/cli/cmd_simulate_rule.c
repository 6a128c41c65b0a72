/* lull simulate --rule: a protocol that responds to effect, lived by virtual people whose own pain decides.
 * The clinical logic is care/live.h and ketamine/rule.h; here are files, rows and pictures. */
#include "cmd_simulate.h"

#include <math.h>
#include <string.h>

#include "lull/care/live.h"
#include "lull/care/protocol.h"
#include "lull/num/math.h"
#include "lull/num/sum.h"

enum { OUT_RATE, OUT_PARENT, OUT_NK, OUT_WITH, OUT_WITHOUT, N_OUT };
enum { DEFAULT_PEOPLE = 200, MAX_PEOPLE = 1000000, N_Q = 5 };
#define MAX_VALUES ((size_t)200000000) /* of a summary or a picture, which keep them all */

static const struct cli_usage usage = { "simulate", "--rule ID|FILE --model M --pain NRS [--weight KG] [--n N] [options]", "" };
static const double quantile_probs[N_Q] = { 0.05, 0.25, 0.5, 0.75, 0.95 };

/* What a life was like, beside its curves. */
struct outcome {
	double hours_to_target, rate_at_target, end_h, total_mg;
};

struct rule_job {
	struct cli *cli;
	const struct simulate_options *o;
	struct lull_model model;
	const struct lull_model_factor *factor;
	struct lull_effects effects;
	struct lull_course_priors priors;
	struct lull_protocols protocols;
	const struct lull_protocol *protocol;
	struct lull_rule rule;
	struct lull_bridge bridge;
	struct lull_like like;
	struct lull_live_ask ask;
	struct lull_ask_times times;
	size_t n_people;
	uint64_t first_id;
	int format;
	bool keeps; /* a summary or a picture needs all values */
	struct lull_sim_layout layout;
	struct lull_sim_head head;
	char data_hash[LULL_HASH_TEXT];
	/* [person][output][time] and one a person */
	double *values;
	struct outcome *outcomes;
	/* of the run */
	struct slot *slots;
	size_t n_slots;
	struct sim_file file;
	struct sim_progress progress;
};

struct slot {
	struct lull_buf rows;
	double *values;                    /* of one chunk */
	struct outcome outcomes[LULL_SIM_CHUNK];
	struct lull_sim_person people[LULL_SIM_CHUNK];
	double *scratch, *input;           /* effect sites; a life's input */
};

/* ---- loading ---- */

static int find_in_file(struct rule_job *job, const char *path, const char *id, struct lull_err *err)
{
	struct lull_diags diags;
	char *bytes;
	size_t n;

	lull_diags_init(&diags, job->cli->arena);
	if (cli_read_file(job->cli, path, &bytes, &n, err) != LULL_OK)
		return cli_fail(err);
	lull_hash_text(bytes, n, job->data_hash);
	job->head.data_file = path;
	job->head.data_hash = job->data_hash;
	if (lull_protocols_read(bytes, n, path, job->cli->arena, &job->protocols, &diags) != LULL_OK)
		return cli_diags(&diags);
	size_t n_rules = 0;
	for (size_t i = 0; i < job->protocols.n_items; i++) {
		const struct lull_protocol *p = &job->protocols.items[i];
		if (!p->has_rule || (id && strcmp(p->id, id) != 0))
			continue;
		job->protocol = p;
		n_rules++;
	}
	if (n_rules == 1)
		return CLI_DONE;
	lull_fail(err, n_rules ? LULL_ECONFLICT : LULL_ENOTFOUND, path, "holds %zu protocols with a rule%s%s", n_rules,
		  id ? " called " : "", id ? id : "");
	if (n_rules)
		lull_mend(err, "name one of them: --rule %s#%s", path, job->protocol->id);
	return cli_fail(err);
}

static int find_in_knowledge(struct rule_job *job, struct lull_err *err)
{
	struct lull_diags diags;

	lull_diags_init(&diags, job->cli->arena);
	if (lull_protocols_load(job->cli->knowledge, job->cli->arena, &job->protocols, &diags) != LULL_OK)
		return cli_diags(&diags);
	job->protocol = lull_protocol_find(&job->protocols, job->o->rule);
	if (job->protocol && job->protocol->has_rule)
		return CLI_DONE;
	lull_fail(err, LULL_ENOTFOUND, "--rule", job->protocol ? "the protocol %s does not respond to effect"
							       : "no protocol is called '%s', and it is no file", job->o->rule);
	lull_mend(err, "`lull protocols list` shows them; a file's name holds a '/' or ends in .yaml");
	return cli_fail(err);
}

static int find_rule(struct rule_job *job, struct lull_err *err)
{
	const char *text = job->o->rule, *hash = strrchr(text, '#');
	const char *path = hash ? lull_arena_strndup(job->cli->arena, text, (size_t)(hash - text)) : text;
	const size_t n = path ? strlen(path) : 0;
	int status;

	if (!path)
		return cli_fail(&(struct lull_err){ .code = LULL_ENOMEM });
	const bool is_file = strchr(path, '/') || (n > 5 && !strcmp(path + n - 5, ".yaml"));
	status = is_file ? find_in_file(job, path, hash ? hash + 1 : NULL, err) : find_in_knowledge(job, err);
	if (status == CLI_DONE && lull_protocol_rule(job->protocol, &job->rule, err) != LULL_OK)
		return cli_fail(err);
	return status;
}

static int load(struct rule_job *job, struct lull_err *err)
{
	struct lull_diags diags;
	struct lull_rule_state state;
	struct lull_arena *arena = job->cli->arena;
	const int status = find_rule(job, err);

	if (status != CLI_DONE)
		return status;
	lull_diags_init(&diags, arena);
	if (lull_model_load(job->cli->knowledge, job->o->model, arena, &job->model, &diags) != LULL_OK ||
	    lull_effects_load(job->cli->knowledge, arena, &job->effects, &diags) != LULL_OK ||
	    lull_course_priors_load(job->cli->knowledge, arena, &job->priors, &diags) != LULL_OK)
		return cli_diags(&diags);
	const double weight_kg = isnan(job->o->weight_kg) ? 70 : job->o->weight_kg;
	job->like = (struct lull_like){ weight_kg, job->o->pain, NAN, NAN };
	if (lull_effects_bind(&job->effects, job->model.drive, true, &job->bridge, err) != LULL_OK ||
	    lull_model_factor_new(&job->model, arena, &job->factor, err) != LULL_OK ||
	    lull_rule_start(&job->rule, weight_kg, 0, &state, err) != LULL_OK)
		return cli_fail(err);
	if (job->protocol->product != (int)job->model.product) {
		lull_fail(err, LULL_EUNSUPPORTED, "--model", "%s is of %s, the protocol %s gives %s", job->model.id,
			  lull_product_names[job->model.product], job->protocol->id, lull_product_names[job->protocol->product]);
		return cli_fail(err);
	}
	job->ask = (struct lull_live_ask){ &job->rule, weight_kg, &job->bridge, &job->priors };
	return CLI_DONE;
}

/* ---- what is written ---- */

static const char *const assumptions[] = {
	"assumed: pain follows the fast and the slow chain of knowledge/ketamine/effects.yaml; their weights are not calibrated and drawn from none to full",
	"assumed: sedation, pressure, pulse, saturation and dissociation cross no line; holds for them are missing, doses are an upper view",
	"assumed: without drug, pain changes as in knowledge/course.yaml; the dosing weight is the body weight",
};

static int choose(struct rule_job *job, int argc, char **argv, struct lull_err *err)
{
	static const struct lull_sim_column columns[] = {
		{ LULL_SIM_COL_ID, "ID", "", 0 },
		{ LULL_SIM_COL_TIME, "TIME", "h", 0 },
		{ LULL_SIM_COL_OUTPUT, "RATE", "mg/kg/h", OUT_RATE },
		{ LULL_SIM_COL_OUTPUT, "CONC", "ng/mL", OUT_PARENT },
		{ LULL_SIM_COL_OUTPUT, "NORKETAMINE", "ng/mL", OUT_NK },
		{ LULL_SIM_COL_OUTPUT, "NRS", "", OUT_WITH },
		{ LULL_SIM_COL_OUTPUT, "NRS_WITHOUT_DRUG", "", OUT_WITHOUT },
	};
	const struct simulate_options *o = job->o;
	struct lull_arena *arena = job->cli->arena;
	char end[32];
	const char **notes = LULL_ARENA_NEW(arena, const char *, 8);
	const char *text = o->times ? o->times
				    : lull_arena_printf(arena, "0:1:%s", lull_num_text(end, sizeof(end), job->rule.max_dur_h + 24, 0));

	if (!notes || !text)
		return lull_nomem(err);
	const int rc = lull_ask_parse_times(text, 1, arena, &job->times, err);
	if (rc != LULL_OK)
		return rc;
	if (job->times.t_h[0] < 0)
		return lull_fail(err, LULL_EDOMAIN, "--times", "the infusion starts at 0");
	job->n_people = o->id >= 0 ? 1 : o->n > 0 ? (size_t)o->n : DEFAULT_PEOPLE;
	job->first_id = o->id >= 0 ? (uint64_t)o->id : 1;
	job->keeps = o->summary || o->plot || job->format == SIMULATE_TABLE;
	if (job->keeps && job->n_people * job->times.n * N_OUT > MAX_VALUES)
		return lull_fail(err, LULL_ELIMIT, "--n", "a summary of a rule keeps all values: fewer people or times");
	job->layout = (struct lull_sim_layout){ .format = job->format == SIMULATE_JSONL ? LULL_SIM_JSONL : LULL_SIM_CSV,
						.columns = columns, .n_columns = sizeof(columns) / sizeof(columns[0]),
						.h_per_time_unit = 1 };
	size_t n = 0;
	notes[n++] = lull_arena_printf(arena, "rule %s (%s)", job->protocol->id, job->protocol->name);
	for (size_t i = 0; i < sizeof(assumptions) / sizeof(assumptions[0]); i++)
		notes[n++] = assumptions[i];
	if (job->bridge.said[0])
		notes[n++] = lull_arena_printf(arena, "assumed: %s", job->bridge.said);
	for (size_t i = 0; i < n; i++)
		if (!notes[i])
			return lull_nomem(err);
	job->head.knowledge = job->cli->knowledge;
	job->head.what = "simulate";
	job->head.model = job->model.id;
	job->head.seed = (uint64_t)o->seed;
	job->head.notes = notes;
	job->head.n_notes = n;
	job->head.command = sim_command(job->cli, argc, argv, simulate_formats[job->format]);
	return job->head.command ? LULL_OK : lull_nomem(err);
}

/* ---- one person, one chunk ---- */

static int live(struct rule_job *job, struct slot *s, size_t i, uint64_t id, struct lull_err *err)
{
	const size_t nt = job->times.n;
	double *v = s->values + i * N_OUT * nt;
	struct lull_person p;
	struct lull_modes modes;
	struct lull_live life = { .input = { .t_h = s->input, .rate_mg_per_h = s->input + LULL_LIVE_MAX_CHANGES,
					     .bolus_mg = s->input + 2 * LULL_LIVE_MAX_CHANGES } };

	lull_person_sample(&job->model, job->factor, &job->effects, &job->priors, &job->like, true, job->head.seed, id, &p);
	const struct lull_follow follow = lull_live_followers(&p);
	int rc = lull_modes_of(&p.pk, &follow, &modes, err);
	if (rc == LULL_OK)
		rc = lull_live_rule(&job->ask, &p, &modes, &life, err);
	if (rc == LULL_OK)
		rc = lull_live_course(&job->ask, &p, &modes, &life, job->times.t_h, nt, v + OUT_PARENT * nt, v + OUT_NK * nt,
				      v + OUT_RATE * nt, v + OUT_WITH * nt, v + OUT_WITHOUT * nt, s->scratch, err);
	s->outcomes[i] = (struct outcome){ life.hours_to_target, life.rate_at_target_mg_per_kg_per_h, life.end_h,
					   life.input.total_mg };
	return rc;
}

static size_t n_in_chunk(const struct rule_job *job, size_t i_chunk)
{
	const size_t left = job->n_people - i_chunk * LULL_SIM_CHUNK;
	return left < LULL_SIM_CHUNK ? left : LULL_SIM_CHUNK;
}

static int work(void *user, size_t i_chunk, size_t i_slot, int i_thread, struct lull_err *err)
{
	static const struct lull_subject nobody = { .id = UINT64_MAX };
	struct rule_job *job = user;
	struct slot *s = &job->slots[i_slot];
	const size_t n = n_in_chunk(job, i_chunk), nt = job->times.n;
	uint64_t n_rows = 0;

	(void)i_thread;
	for (size_t i = 0; i < n; i++) {
		const uint64_t id = job->first_id + i_chunk * LULL_SIM_CHUNK + i;
		const int rc = live(job, s, i, id, err);
		if (rc != LULL_OK)
			return rc;
		s->people[i] = (struct lull_sim_person){ .id = id, .subject = &nobody, .n_times = nt, .t_h = job->times.t_h,
							 .values = s->values + i * N_OUT * nt };
	}
	lull_buf_reset(&s->rows);
	if (!job->o->summary && job->format != SIMULATE_TABLE)
		lull_sim_put_people(&job->layout, s->people, n, &s->rows, &n_rows);
	return lull_buf_status(&s->rows, err);
}

static int emit(void *user, size_t i_chunk, size_t i_slot, struct lull_err *err)
{
	struct rule_job *job = user;
	const struct slot *s = &job->slots[i_slot];
	const size_t n = n_in_chunk(job, i_chunk), each = N_OUT * job->times.n, first = i_chunk * LULL_SIM_CHUNK;

	memcpy(job->outcomes + first, s->outcomes, n * sizeof(struct outcome));
	if (job->keeps)
		memcpy(job->values + first * each, s->values, n * each * sizeof(double));
	sim_progress_done(&job->progress, first + n, job->n_people);
	return s->rows.n ? sim_file_write(&job->file, s->rows.data, s->rows.n, err) : LULL_OK;
}

static int make_room(struct rule_job *job, struct lull_pool *pool, struct lull_err *err)
{
	const size_t each = N_OUT * job->times.n;
	const size_t most = job->n_people < LULL_SIM_CHUNK ? job->n_people : LULL_SIM_CHUNK;
	bool bad = false;

	job->n_slots = 2 * (size_t)lull_pool_threads(pool);
	job->slots = lull_mem_zalloc(job->n_slots, sizeof(*job->slots));
	job->outcomes = lull_mem_zalloc(job->n_people, sizeof(struct outcome));
	job->values = job->keeps ? lull_mem_zalloc(job->n_people * each, sizeof(double)) : NULL;
	bad = !job->slots || !job->outcomes || (job->keeps && !job->values);
	for (size_t i = 0; !bad && i < job->n_slots; i++) {
		struct slot *s = &job->slots[i];
		s->values = lull_mem_zalloc(most * each, sizeof(double));
		s->scratch = lull_mem_zalloc(LULL_LIVE_N_SITES * job->times.n, sizeof(double));
		s->input = lull_mem_zalloc(3 * LULL_LIVE_MAX_CHANGES, sizeof(double));
		bad = !s->values || !s->scratch || !s->input;
	}
	return bad ? lull_nomem(err) : LULL_OK;
}

static void clear_room(struct rule_job *job)
{
	for (size_t i = 0; job->slots && i < job->n_slots; i++) {
		lull_buf_clear(&job->slots[i].rows);
		lull_mem_free(job->slots[i].values);
		lull_mem_free(job->slots[i].scratch);
		lull_mem_free(job->slots[i].input);
	}
	lull_mem_free(job->slots);
	lull_mem_free(job->outcomes);
	lull_mem_free(job->values);
}

/* ---- over people ---- */

/* q[k][time] of one output over people. */
static int bands_of(const struct rule_job *job, int output, double *q[N_Q], struct lull_err *err)
{
	const size_t nt = job->times.n, n = job->n_people;
	double *x = LULL_ARENA_NEW(job->cli->arena, double, n), at[N_Q];

	for (int k = 0; k < N_Q; k++)
		q[k] = LULL_ARENA_NEW(job->cli->arena, double, nt);
	if (!x || !q[0] || !q[1] || !q[2] || !q[3] || !q[4])
		return lull_nomem(err);
	for (size_t t = 0; t < nt; t++) {
		for (size_t i = 0; i < n; i++)
			x[i] = job->values[(i * N_OUT + (size_t)output) * nt + t];
		lull_quantiles(x, n, quantile_probs, N_Q, at);
		for (int k = 0; k < N_Q; k++)
			q[k][t] = at[k];
	}
	return LULL_OK;
}

static size_t quantiles_of(const struct rule_job *job, size_t offset, double q[N_Q])
{
	double *x = lull_mem_alloc(job->n_people * sizeof(double));
	size_t n = 0;

	for (int k = 0; k < N_Q; k++)
		q[k] = NAN;
	for (size_t i = 0; x && i < job->n_people; i++) {
		double v;
		memcpy(&v, (const char *)&job->outcomes[i] + offset, sizeof(v));
		if (!isnan(v))
			x[n++] = v;
	}
	if (n)
		lull_quantiles(x, n, quantile_probs, N_Q, q);
	lull_mem_free(x);
	return n;
}

static const struct {
	const char *name, *unit, *words;
	size_t offset;
	int decimals;
} outcome_rows[] = {
	{ "HOURS_TO_TARGET", "h", "hours until the target", offsetof(struct outcome, hours_to_target), 1 },
	{ "RATE_AT_TARGET", "mg/kg/h", "rate at the target, mg/kg/h", offsetof(struct outcome, rate_at_target), 2 },
	{ "HOURS_IN_ALL", "h", "hours of infusion", offsetof(struct outcome, end_h), 1 },
	{ "TOTAL_MG", "mg", "dose, mg", offsetof(struct outcome, total_mg), 0 },
};
enum { N_OUTCOMES = sizeof(outcome_rows) / sizeof(outcome_rows[0]) };

static void put_summary_row(struct lull_buf *out, const char *what, double t, size_t n, const double *const q[N_Q], size_t i)
{
	lull_buf_printf(out, "%s,", what);
	if (!isnan(t))
		lull_buf_exact(out, t);
	lull_buf_printf(out, ",%zu", n);
	for (int k = 0; k < N_Q; k++) {
		lull_buf_putc(out, ',');
		if (isfinite(q[k][i]))
			lull_buf_exact(out, q[k][i]);
	}
	lull_buf_putc(out, '\n');
}

static int put_summary(const struct rule_job *job, struct lull_buf *out, struct lull_err *err)
{
	double *q[N_Q], single[N_Q];
	const double *each[N_Q];

	lull_buf_puts(out, "OUTPUT,TIME,N,Q05,Q25,Q50,Q75,Q95\n");
	for (int o = 0; o < N_OUT; o++) {
		const int rc = bands_of(job, o, q, err);
		if (rc != LULL_OK)
			return rc;
		for (size_t t = 0; t < job->times.n; t++)
			put_summary_row(out, job->layout.columns[2 + o].name, job->times.t_h[t], job->n_people,
					(const double *const *)q, t);
	}
	for (int k = 0; k < N_Q; k++)
		each[k] = &single[k];
	for (int i = 0; i < N_OUTCOMES; i++) {
		const size_t n = quantiles_of(job, outcome_rows[i].offset, single);
		put_summary_row(out, outcome_rows[i].name, NAN, n, each, 0);
	}
	return LULL_OK;
}

static void put_between(struct lull_buf *out, const double q[N_Q], int decimals)
{
	lull_buf_num(out, q[2], decimals);
	lull_buf_puts(out, " (90 % of people ");
	lull_buf_num(out, q[0], decimals);
	lull_buf_puts(out, " to ");
	lull_buf_num(out, q[4], decimals);
	lull_buf_putc(out, ')');
}

/* On a terminal: the outcomes, and a line a few hours apart. */
static int put_table(const struct rule_job *job, struct lull_buf *out, struct lull_err *err)
{
	double *q[N_OUT][N_Q], single[N_Q];
	const size_t nt = job->times.n, step = nt > 40 ? (nt + 39) / 40 : 1;

	lull_buf_printf(out, "%s: %s\n%zu people of ", job->protocol->id, job->protocol->name, job->n_people);
	lull_buf_num(out, job->like.weight_kg, 1);
	lull_buf_puts(out, " kg, pain ");
	lull_buf_num(out, job->like.baseline_nrs, 1);
	lull_buf_printf(out, " at the start; model %s\n\n", job->model.id);
	for (int i = 0; i < N_OUTCOMES; i++) {
		const size_t n = quantiles_of(job, outcome_rows[i].offset, single);
		const size_t from = out->n;
		lull_buf_printf(out, "  %s", outcome_rows[i].words);
		lull_buf_pad(out, ' ', out->n - from < 32 ? 32 - (out->n - from) : 1);
		if (n)
			put_between(out, single, outcome_rows[i].decimals);
		lull_buf_printf(out, "%s%zu of %zu\n", n ? "; " : "", n, job->n_people);
	}
	for (int o = 0; o < N_OUT; o++) {
		const int rc = bands_of(job, o, q[o], err);
		if (rc != LULL_OK)
			return rc;
	}
	lull_buf_puts(out, "\nMedian (5 % to 95 % of people)\n"
			   "  HOUR   RATE mg/kg/h          CONC ng/mL           PAIN                 PAIN WITHOUT DRUG\n");
	for (size_t t = 0; t < nt; t += step) {
		static const int shown[] = { OUT_RATE, OUT_PARENT, OUT_WITH, OUT_WITHOUT }, decimals[] = { 2, 0, 1, 1 };
		char a[32], b[32], c[32];
		lull_buf_printf(out, "%6s", lull_num_text(a, sizeof(a), job->times.t_h[t], 2));
		for (int k = 0; k < 4; k++) {
			double *const *const band = q[shown[k]];
			const size_t from = out->n;
			lull_buf_printf(out, "   %s (%s to %s)", lull_num_text(a, sizeof(a), band[2][t], decimals[k]),
					lull_num_text(b, sizeof(b), band[0][t], decimals[k]),
					lull_num_text(c, sizeof(c), band[4][t], decimals[k]));
			if (k < 3)
				lull_buf_pad(out, ' ', out->n - from < 21 ? 21 - (out->n - from) : 0);
		}
		lull_buf_putc(out, '\n');
	}
	lull_buf_putc(out, '\n');
	for (size_t i = 1; i < job->head.n_notes; i++)
		lull_buf_wrap(out, job->head.notes[i], 0, (size_t)job->cli->width);
	return LULL_OK;
}

/* ---- the picture ---- */

/* Areas of an output over people, then its median; the lines are moved to the front of the picture later. */
static int add_band(const struct rule_job *job, int output, bool is_drug, struct lull_plot_series *areas, size_t *n_areas,
		    struct lull_plot_series *lines, size_t *n_lines, struct lull_err *err)
{
	double *q[N_Q];
	const int rc = bands_of(job, output, q, err);
	const size_t nt = job->times.n;
	const double *t = job->times.t_h;

	if (rc != LULL_OK)
		return rc;
	if (is_drug) /* two wide bands on each other would hide both */
		areas[(*n_areas)++] = (struct lull_plot_series){ .kind = LULL_PLOT_AREA, .label = "90 % of people", .x = t, .y = q[0],
								 .y_high = q[4], .n = nt, .color = LULL_COLOR_WITH_PALE, .opacity = 1 };
	areas[(*n_areas)++] = (struct lull_plot_series){
		.kind = LULL_PLOT_AREA, .label = is_drug ? "middle 50 %" : "middle 50 %, without drug", .x = t, .y = q[1], .y_high = q[3],
		.n = nt, .color = is_drug ? LULL_COLOR_WITH_MID : LULL_COLOR_WITHOUT_MID, .opacity = is_drug ? 0.75 : 0.6,
	};
	lines[(*n_lines)++] = (struct lull_plot_series){
		.kind = output == OUT_RATE ? LULL_PLOT_STEPS : LULL_PLOT_LINE, .label = is_drug ? "median" : "median, without drug",
		.x = t, .y = q[2], .n = nt, .color = is_drug ? LULL_COLOR_WITH : LULL_COLOR_WITHOUT, .dash_pt = is_drug ? 0 : 3,
	};
	return LULL_OK;
}

static int plot(const struct rule_job *job, struct lull_err *err)
{
	enum { N_PANELS = 4, MAX_SERIES = 8 };
	static const struct {
		const char *title, *unit;
		int output;
	} what[N_PANELS] = { { "Rate", "mg/kg/h", OUT_RATE },
			     { "Ketamine", "ng/mL", OUT_PARENT },
			     { "Norketamine", "ng/mL", OUT_NK },
			     { "Pain, with the drug and without", "NRS 0 to 10", OUT_WITH } };
	struct lull_plot_series series[N_PANELS][MAX_SERIES], lines[2];
	struct lull_plot_panel panels[N_PANELS];
	const struct lull_chart_limit target = { job->rule.target_nrs, "target" };
	int rc = LULL_OK;

	for (int i = 0; rc == LULL_OK && i < N_PANELS; i++) {
		const bool is_pain = what[i].output == OUT_WITH;
		size_t n = 0, n_lines = 0;
		rc = add_band(job, what[i].output, true, series[i], &n, lines, &n_lines, err);
		if (rc == LULL_OK && is_pain)
			rc = add_band(job, OUT_WITHOUT, false, series[i], &n, lines, &n_lines, err);
		for (size_t k = 0; rc == LULL_OK && k < n_lines; k++)
			series[i][n++] = lines[k];
		panels[i] = (struct lull_plot_panel){
			.title = what[i].title, .x_label = "h", .y_label = what[i].unit, .series = series[i], .n_series = n,
			.x_min = NAN, .x_max = NAN, .y_min = is_pain ? 0 : NAN, .y_max = is_pain ? 10 : NAN, .height_pt = 120,
			.limits = &target, .n_limits = is_pain && !isnan(target.at) ? 1 : 0,
		};
	}
	if (rc != LULL_OK)
		return rc;
	char weight[32], pain[32];
	const struct lull_plot picture = {
		.id = "rule", .desc = job->head.command, .panels = panels, .n_panels = N_PANELS, .n_columns = 2,
		.title = lull_arena_printf(job->cli->arena, "%s: %zu people of %s kg, pain %s at the start", job->protocol->name,
					   job->n_people, lull_num_text(weight, sizeof(weight), job->like.weight_kg, 1),
					   lull_num_text(pain, sizeof(pain), job->like.baseline_nrs, 1)),
		.note = "Not calibrated: the weights of the drug's effect on pain are assumed, from none to full. Sedation, pressure and "
			"dissociation are not simulated, so holds for them are missing.",
	};
	return sim_write_plot(job->cli, job->o->plot, &picture, err);
}

/* ---- all of it ---- */

static int begin(struct rule_job *job, struct lull_err *err)
{
	struct lull_buf buf = { 0 };
	int rc = sim_file_open(job->cli, job->o->out, &job->file, err);

	if (job->format == SIMULATE_JSONL && !job->o->no_head) {
		lull_sim_put_head_json(&job->head, &job->layout, &buf);
		lull_buf_putc(&buf, '\n');
	} else if (job->format == SIMULATE_CSV) {
		if (!job->o->no_head)
			lull_sim_put_head_csv(&job->head, &job->layout, &buf);
		if (!job->o->summary)
			lull_sim_put_names(&job->layout, &buf);
	}
	if (rc == LULL_OK)
		rc = lull_buf_status(&buf, err);
	if (rc == LULL_OK && buf.n)
		rc = sim_file_write(&job->file, lull_buf_text(&buf), buf.n, err);
	lull_buf_clear(&buf);
	return rc;
}

static int finish(struct rule_job *job, bool is_whole, struct lull_err *err)
{
	struct lull_buf buf = { 0 };
	int rc = LULL_OK;

	if (!is_whole) {
		if (!job->o->no_head && job->format == SIMULATE_CSV)
			lull_buf_printf(&buf, "# interrupted: %zu of %zu people\n", job->progress.n_done, job->n_people);
	} else if (job->format == SIMULATE_TABLE) {
		rc = put_table(job, &buf, err);
	} else if (job->o->summary) {
		rc = put_summary(job, &buf, err);
	}
	if (rc == LULL_OK)
		rc = lull_buf_status(&buf, err);
	if (rc == LULL_OK && buf.n)
		rc = sim_file_write(&job->file, lull_buf_text(&buf), buf.n, err);
	lull_buf_clear(&buf);
	if (rc == LULL_OK && is_whole && job->o->plot)
		rc = plot(job, err);
	return rc == LULL_OK ? sim_file_close(job->cli, &job->file, is_whole, err) : rc;
}

static int run(struct rule_job *job, struct lull_pool *pool)
{
	struct lull_err err = { 0 };
	const struct lull_pool_job tasks = { .n_tasks = (job->n_people + LULL_SIM_CHUNK - 1) / LULL_SIM_CHUNK, .user = job,
					     .n_slots = 2 * (size_t)lull_pool_threads(pool), .work = work, .emit = emit,
					     .stop = &sim_stop };
	int rc = make_room(job, pool, &err);

	if (rc == LULL_OK)
		rc = begin(job, &err);
	if (rc == LULL_OK) {
		sim_catch_interrupt();
		sim_progress_begin(job->cli, &job->progress);
		rc = lull_pool_run(pool, &tasks, NULL, &err);
		sim_progress_end(&job->progress);
	}
	const bool is_stopped = rc == LULL_ESTOPPED;
	if (rc == LULL_OK || is_stopped)
		rc = finish(job, !is_stopped, &err);
	if (rc != LULL_OK) {
		sim_file_drop(&job->file);
		return cli_fail(&err);
	}
	if (!is_stopped)
		return CLI_DONE;
	fprintf(stderr, "lull: interrupted after %zu of %zu people\n", job->progress.n_done, job->n_people);
	return CLI_INTERRUPTED;
}

/* What belongs to population models, not to a rule's people. */
static const char *misplaced(const struct simulate_options *o)
{
	const struct {
		bool is_there;
		const char *name;
	} options[] = { { o->n_rep > 0, "nrep" },	{ o->records, "records" },	{ o->next, "next" },
			{ o->carry, "carry" },		{ o->outputs, "outputs" },	{ o->posterior, "posterior" },
			{ o->uncertainty, "uncertainty" }, { o->residual, "residual" },	{ o->set.n, "set" },
			{ o->covariate.n, "covariate" }, { o->above.n, "above" },	{ o->quantiles, "quantiles" },
			{ o->sensitivity_pct > 0, "sensitivity" }, { o->iiv || o->no_iiv, "iiv" }, { o->iov || o->no_iov, "iov" } };

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].is_there)
			return options[i].name;
	return NULL;
}

int simulate_rule(struct cli *cli, const struct simulate_options *o, int format, int argc, char **argv)
{
	struct rule_job *job = LULL_ARENA_NEW(cli->arena, struct rule_job, 1);
	struct lull_pool *pool = NULL;
	struct lull_err err = { 0 };

	if (misplaced(o))
		return cli_usage_error(&usage, "--%s does not go with --rule: its people are those of a forecast", misplaced(o));
	if (isnan(o->pain))
		return cli_usage_error(&usage, "--rule needs --pain: the rule responds to it");
	if (o->n > MAX_PEOPLE)
		return cli_usage_error(&usage, "--rule takes up to %d people", (int)MAX_PEOPLE);
	if (format == SIMULATE_NPY || (o->summary && format == SIMULATE_JSONL))
		return cli_usage_error(&usage, "--rule writes rows as csv or jsonl, and a summary as csv or table");
	if (!job)
		return cli_fail(&(struct lull_err){ .code = LULL_ENOMEM });
	job->cli = cli;
	job->o = o;
	job->format = format;
	int status = load(job, &err);
	if (status != CLI_DONE)
		return status;
	if (choose(job, argc, argv, &err) != LULL_OK || lull_pool_new((int)o->n_threads, &pool, &err) != LULL_OK)
		return cli_fail(&err);
	status = run(job, pool);
	clear_room(job);
	lull_pool_free(pool);
	return status;
}
