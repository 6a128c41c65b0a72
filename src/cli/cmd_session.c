/* lull session - the events of a visit replayed: where it stands, what is refused and why, what is missing. */
#include "cli.h"

#include <math.h>
#include <string.h>

#include "lull/codec/session_json.h"
#include "lull/care/plan.h"

static const struct cli_usage usage = {
	"session", "FILE.jsonl [--site FILE] [--model ID] [--until SEQ] [--after MINUTES] [--json]",
	"Replays the events of one visit, or of a course of days, one JSON object a line (docs/session.md), and says where "
	"it stands: what ran, what is overdue, what the last signs ask for, what is missing. A line that the rules refuse "
	"is named with its rule and the mend, and changes nothing. Lull never commands a pump."
};

struct request {
	const char *site, *model;
	int64_t until;
	double after_min;
	bool json;
};
struct refusal {
	size_t line;
	struct lull_err err;
	const struct lull_session_rule *rule;
};
struct answer {
	struct lull_plan_kb plan_kb, with_site;
	struct lull_site_file site;
	struct lull_session_kb kb;
	struct lull_session session;
	struct lull_session_view view;
	struct lull_modes modes;
	struct lull_model model;
	struct refusal *refusals; size_t n_refusals, cap;
	size_t n_lines;
};

static int load_knowledge(struct cli *cli, const struct request *r, struct answer *a)
{
	struct lull_diags diags;
	struct lull_err err = { 0 };
	const struct lull_plan_kb *kb = &a->plan_kb;
	int rc;

	lull_diags_init(&diags, cli->arena);
	if (lull_plan_kb_load(cli->knowledge, cli->arena, &a->plan_kb, &diags) != LULL_OK)
		return cli_diags(&diags);
	if (r->site) {
		if ((rc = cli_read_yaml(cli, r->site, &lull_site_schema, &a->site)) != CLI_DONE)
			return rc;
		if (lull_plan_kb_with_site(&a->plan_kb, &a->site, cli->arena, &a->with_site, &err) != LULL_OK)
			return cli_fail(&err);
		kb = &a->with_site;
	}
	if (lull_session_kb_load(cli->knowledge, kb, cli->arena, &a->kb, &diags) != LULL_OK)
		return cli_diags(&diags);
	return CLI_DONE;
}

/* The typical person of a model at the dosing weight of the plan. */
static int load_model(struct cli *cli, const struct request *r, struct answer *a)
{
	struct lull_model *const model = &a->model;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	struct lull_pk pk;

	if (!r->model || !(a->session.now.plan.dosing_kg > 0))
		return CLI_DONE;
	lull_diags_init(&diags, cli->arena);
	if (lull_model_load(cli->knowledge, r->model, cli->arena, model, &diags) != LULL_OK)
		return cli_diags(&diags);
	if ((int)model->product != a->session.now.plan.product) {
		lull_fail(&err, LULL_EUNSUPPORTED, "--model", "%s is a model of %s", r->model, lull_product_names[model->product]);
		return cli_fail(&err);
	}
	lull_model_typical(model, a->session.now.plan.dosing_kg, true, &pk);
	if (lull_modes_of(&pk, NULL, &a->modes, &err) != LULL_OK)
		return cli_fail(&err);
	a->session.modes = &a->modes;
	return CLI_DONE;
}

static int keep_refusal(struct cli *cli, struct answer *a, const struct refusal *refusal)
{
	struct lull_err err = { 0 };
	struct refusal *grown = lull_arena_grow(cli->arena, a->refusals, a->n_refusals, &a->cap, a->n_refusals + 1,
						sizeof(*grown));
	if (!grown) {
		lull_nomem(&err);
		return cli_fail(&err);
	}
	a->refusals = grown;
	a->refusals[a->n_refusals++] = *refusal;
	return CLI_DONE;
}

static int replay_line(struct cli *cli, const struct request *r, struct answer *a, const char *text, size_t n,
		       const char *path)
{
	struct lull_session_event event;
	struct lull_session_answer answer;
	struct lull_diags diags;
	struct refusal refusal = { .line = a->n_lines };

	lull_diags_init(&diags, cli->arena);
	const char *name = lull_arena_printf(cli->arena, "%s:%zu", path, a->n_lines);
	if (lull_session_event_read(text, n, name, cli->arena, &event, &diags) != LULL_OK)
		return cli_diags(&diags);
	if (r->until && event.seq > r->until)
		return CLI_DONE;
	if (lull_session_apply(&a->session, &event, &answer, &refusal.err) == LULL_OK)
		return CLI_DONE;
	if (refusal.err.code == LULL_ENOMEM || refusal.err.code == LULL_ELIMIT)
		return cli_fail(&refusal.err);
	refusal.rule = answer.rule;
	return keep_refusal(cli, a, &refusal);
}

static int replay(struct cli *cli, const struct request *r, struct answer *a, const char *path)
{
	struct lull_err err = { 0 };
	char *bytes;
	size_t n;

	if (cli_read_file(cli, path, &bytes, &n, &err) != LULL_OK)
		return cli_fail(&err);
	for (size_t i = 0; i < n;) {
		const char *end = memchr(bytes + i, '\n', n - i);
		const size_t length = end ? (size_t)(end - (bytes + i)) : n - i;
		a->n_lines++;
		if (length && bytes[i] != '\r') {
			const int status = replay_line(cli, r, a, bytes + i, length, path);
			if (status != CLI_DONE)
				return status;
		}
		i += length + 1;
	}
	return CLI_DONE;
}

/* ---- for people ------------------------------------------------------------------------- */

static const char *num(char out[32], double value, int decimals) { return lull_num_text(out, 32, value, decimals); }

/* An instant as the patient's clock showed it at the last entry. */
static void put_clock(struct lull_buf *buf, const struct answer *a, int64_t at_ms)
{
	const int offset = a->session.n_entries ? a->session.entries[a->session.n_entries - 1].event.offset_min : 0;
	const int64_t minutes = at_ms / 60000 + offset;
	char day[LULL_DAY_TEXT];

	lull_buf_printf(buf, "%s %02d:%02d", lull_day_text(day, (lull_day)(minutes / LULL_MINUTES_PER_DAY)),
			(int)(minutes % LULL_MINUTES_PER_DAY / 60), (int)(minutes % 60));
}

static void put_running(struct lull_buf *buf, const struct answer *a)
{
	const struct lull_session_view *v = &a->view;
	const struct lull_session_fold *f = &a->session.now;
	char x[32], y[32], z[32];

	lull_buf_printf(buf, "Pump        %s mL/h = %s mg/h (%s mg/kg/h)\n", num(x, v->ml_per_h, 2), num(y, v->mg_per_h, 2),
			num(z, v->mg_per_kg_per_h, 3));
	lull_buf_printf(buf, "Given       %s mg of %s mg planned; %s mg in 24 h", num(x, v->given_mg, 1),
			num(y, f->plan.planned_mg, 1), num(z, v->given_24h_mg, 1));
	if (!isnan(v->planned_mg_by_now))
		lull_buf_printf(buf, "; by the plan %s mg by now", num(x, v->planned_mg_by_now, 1));
	lull_buf_printf(buf, "\nDrug        drawn %s mg = given %s", num(x, v->drawn_mg, 1), num(y, v->given_mg, 1));
	lull_buf_printf(buf, " + line %s + wasted %s", num(x, v->line_mg, 1), num(y, v->wasted_mg, 1));
	lull_buf_printf(buf, " + in the container %s mg\n", num(x, v->balance_mg, 1));
	if (!isnan(v->conc_ng_per_ml)) {
		lull_buf_printf(buf, "Predicted   %s ng/mL of %s, %s, in a typical person", num(x, v->conc_ng_per_ml, 0),
				lull_moiety_names[a->model.drive.moiety], lull_site_names[a->model.drive.site]);
		if (!isnan(v->planned_conc_ng_per_ml))
			lull_buf_printf(buf, "; by the plan %s ng/mL", num(y, v->planned_conc_ng_per_ml, 0));
		lull_buf_puts(buf, " (a model, not a measurement)\n");
	}
	if (!isnan(v->resume_max_mg_per_h)) {
		lull_buf_printf(buf, "Resume      at most %s mg/h", num(x, v->resume_max_mg_per_h, 2));
		lull_buf_printf(buf, ", in %s min at the earliest; restarts left: %d\n", num(y, v->resume_in_min, 0), v->restarts_left);
	}
}

static void put_signs(struct lull_buf *buf, const struct answer *a)
{
	const struct lull_session_view *v = &a->view;
	char x[32];

	if (v->signs_due_ms) {
		lull_buf_puts(buf, "Signs       due ");
		put_clock(buf, a, v->signs_due_ms);
		if (v->signs_overdue)
			lull_buf_printf(buf, ": OVERDUE by %s min", num(x, v->overdue_min, 0));
		lull_buf_putc(buf, '\n');
	}
	for (size_t i = 0; v->has_advice && i < a->session.now.n_advice; i++) {
		const struct lull_session_advice *d = &a->session.now.advice[i];
		lull_buf_printf(buf, "  %-6s %s %s  (%s; %s; %s)\n", lull_session_grade_names[d->grade],
				lull_vital_names[d->signal->sign], num(x, d->value, 1), d->signal->id, d->signal->source,
				lull_mark_names[d->signal->mark]);
	}
	if (a->session.now.n_advice && !v->has_advice)
		lull_buf_puts(buf, "  no advice: the last signs are too old for it\n");
}

static void put_lists(struct lull_buf *buf, const struct answer *a)
{
	const struct lull_session_view *v = &a->view;

	if (v->n_missing)
		lull_buf_puts(buf, v->phase == LULL_SESSION_PREPARING ? "\nMissing before the start\n"
				   : v->phase == LULL_SESSION_RECOVERY ? "\nMissing to go home\n" : "\nMissing today\n");
	for (size_t i = 0; i < v->n_missing; i++)
		lull_buf_printf(buf, "  %-16s %s [%s]\n", v->missing[i].id, v->missing[i].text, v->missing[i].source);
	if (v->phase == LULL_SESSION_RECOVERY)
		lull_buf_puts(buf, "  escort, sheet    are confirmed with the discharge\n");
	if (v->n_looks)
		lull_buf_puts(buf, "\nTo be looked at\n");
	for (size_t i = 0; i < v->n_looks; i++) {
		const struct lull_session_entry *e = v->looks[i];
		lull_buf_printf(buf, "  entry %lld, %s by %s: ", (long long)e->event.seq, lull_session_kind_names[e->event.kind],
				e->event.actor);
		if (e->flag)
			lull_buf_printf(buf, "%s %s [%s] ", e->flag->text, e->flag->mend, e->flag->id);
		if (e->is_contested)
			lull_buf_puts(buf, "Rests on an entry that was corrected. ");
		if (e->is_conflict)
			lull_buf_puts(buf, "Made without having seen a change of the pump.");
		lull_buf_putc(buf, '\n');
	}
}

static void put_text(struct lull_buf *buf, const struct answer *a)
{
	const struct lull_session_fold *f = &a->session.now;

	if (f->phase == LULL_SESSION_NEW) {
		lull_buf_puts(buf, "Nothing was opened.\n");
	} else {
		lull_buf_printf(buf, "Patient     %s; %s, %s", f->plan.patient, f->plan.protocol ? f->plan.protocol : "no protocol",
				lull_place_names[f->plan.place]);
		lull_buf_printf(buf, ", %s\nNow         ", lull_product_names[f->plan.product]);
		put_clock(buf, a, a->view.now_ms);
		lull_buf_printf(buf, ", %s, %zu entries\nNext        %s\n", lull_session_phase_names[f->phase], a->session.n_entries,
				a->view.next);
		put_running(buf, a);
		put_signs(buf, a);
		put_lists(buf, a);
	}
	if (a->n_refusals)
		lull_buf_printf(buf, "\nRefused: %zu\n", a->n_refusals);
	for (size_t i = 0; i < a->n_refusals; i++) {
		const struct refusal *r = &a->refusals[i];
		lull_buf_printf(buf, "  line %zu, %s: %s\n", r->line, r->err.where, r->err.what);
		lull_buf_printf(buf, "      mend: %s\n", r->err.mend[0] ? r->err.mend : r->rule ? r->rule->mend : "see docs/session.md");
		if (r->rule)
			lull_buf_printf(buf, "      [%s; %s]\n", r->rule->source, lull_mark_names[r->rule->mark]);
	}
	lull_buf_puts(buf, "\nLull advises and never commands a pump; advice expires.\n");
}

static void put_json(struct cli *cli, struct lull_buf *buf, const struct answer *a)
{
	struct lull_json json = { .out = buf };

	lull_json_open(&json, NULL, '{');
	lull_json_head(&json, "session", 1, cli->knowledge);
	lull_json_session_view(&json, &a->session, &a->view);
	lull_json_open(&json, "refused", '[');
	for (size_t i = 0; i < a->n_refusals; i++) {
		const struct refusal *r = &a->refusals[i];
		lull_json_open(&json, NULL, '{');
		lull_json_int(&json, "line", (int64_t)r->line);
		lull_json_text(&json, "rule", r->rule ? r->rule->id : NULL);
		lull_json_text(&json, "where", r->err.where);
		lull_json_text(&json, "what", r->err.what);
		lull_json_text(&json, "mend", r->err.mend[0] ? r->err.mend : r->rule ? r->rule->mend : NULL);
		lull_json_text(&json, "source", r->rule ? r->rule->source : NULL);
		lull_json_close(&json, '}');
	}
	lull_json_close(&json, ']');
	lull_json_session(&json, "snapshot", &a->session);
	lull_json_close(&json, '}');
	lull_buf_putc(buf, '\n');
}

int cmd_session(struct cli *cli, int argc, char **argv)
{
	struct request r = { 0 };
	const struct cli_option options[] = {
		{ "site", CLI_TEXT, &r.site, "FILE", "what the clinic set for itself", NULL, 0, 0 },
		{ "model", CLI_TEXT, &r.model, "ID", "predict the concentration with this kinetic model", NULL, 0, 0 },
		{ "until", CLI_COUNT, &r.until, "SEQ", "stop after the entry with this number", NULL, 1, 9e15 },
		{ "after", CLI_NUMBER, &r.after_min, "MINUTES", "look so long after the last entry", NULL, 0, 100000 },
		{ .name = "json", .value = &r.json, .help = "for machines" },
		{ 0 }
	};
	struct answer *a = LULL_ARENA_NEW(cli->arena, struct answer, 1);
	struct lull_err err = { 0 };
	struct lull_buf buf = { 0 };
	const char **words;
	size_t n_words;
	int rc = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);

	if (rc >= 0)
		return rc;
	if (n_words != 1)
		return cli_usage_error(&usage, "one FILE of events is needed");
	if (!a) {
		lull_nomem(&err);
		return cli_fail(&err);
	}
	if ((rc = load_knowledge(cli, &r, a)) != CLI_DONE)
		return rc;
	lull_session_init(&a->session, &a->kb, cli->arena);
	if ((rc = replay(cli, &r, a, words[0])) != CLI_DONE || (rc = load_model(cli, &r, a)) != CLI_DONE)
		return rc;
	if (lull_session_view(&a->session, a->session.now.last_ms + (int64_t)(r.after_min * 60000), cli->arena, &a->view,
			      &err) != LULL_OK)
		return cli_fail(&err);
	if (r.json)
		put_json(cli, &buf, a);
	else
		put_text(&buf, a);
	rc = cli_print(&buf);
	return rc != CLI_DONE ? rc : a->n_refusals ? CLI_NO : CLI_DONE;
}
