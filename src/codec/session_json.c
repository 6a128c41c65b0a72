/* Events, snapshot and view of a session as JSON; the tables are care/session's. */
#include "lull/codec/session_json.h"

#include <math.h>
#include <stddef.h>

struct head {
	double seq, at_ms, offset_min, based_on;
	lull_day day;
	const char *actor;
	int role, kind;
	bool late;
	const struct lull_node *body;
};
#define H(k, t, need) .key = #k, .type = (t), .offset = offsetof(struct head, k), .required = (need)
static const struct lull_field head_fields[] = {
	{ H(seq, LULL_F_NUMBER, true), .min = 1, .max = 9e15 },
	{ H(at_ms, LULL_F_NUMBER, true), .min = 1, .max = 7e13, .unit = "ms" },
	{ H(day, LULL_F_DAY, true) },
	{ H(offset_min, LULL_F_NUMBER, true), .min = -1080, .max = 1080, .unit = "min" },
	{ H(actor, LULL_F_TEXT, true) },
	{ H(role, LULL_F_ENUM, true), .names = lull_session_role_names },
	{ H(late, LULL_F_BOOL, false) },
	{ H(based_on, LULL_F_NUMBER, false), .min = 0, .max = 9e15 },
	{ H(kind, LULL_F_ENUM, true), .names = lull_session_kind_names },
	{ H(body, LULL_F_NODE, true) },
	{ 0 },
};
static void check_head(const void *object, const struct lull_node *node, const struct lull_doc *doc,
		       struct lull_diags *diags)
{
	const struct head *h = object;
	const double based_on = isnan(h->based_on) ? 0 : h->based_on;

	if (h->seq != (double)(int64_t)h->seq || h->at_ms != (double)(int64_t)h->at_ms ||
	    h->offset_min != (double)(int64_t)h->offset_min || based_on != (double)(int64_t)based_on)
		lull_node_diag(diags, doc, node, LULL_ERROR, "whole numbers", NULL, "seq, at_ms, offset_min or based_on in parts");
}
static const struct lull_schema head_schema = { .name = "session event", .size = sizeof(struct head),
						.fields = head_fields, .check = check_head };

static int read_event(const struct lull_doc *doc, struct lull_arena *arena, struct lull_session_event *out,
		      struct lull_diags *diags)
{
	struct head h;
	int rc = lull_schema_bind(doc, &head_schema, arena, &h, diags);

	if (rc != LULL_OK)
		return rc;
	struct lull_doc body = *doc;
	body.root = h.body;
	*out = (struct lull_session_event){ .seq = (int64_t)h.seq, .at_ms = (int64_t)h.at_ms, .day = h.day,
		.offset_min = (int)h.offset_min, .actor = h.actor, .role = h.role, .is_late = h.late,
		.based_on = isnan(h.based_on) ? 0 : (int64_t)h.based_on, .kind = h.kind };
	return lull_schema_bind(&body, lull_session_body_schema(h.kind), arena, &out->body, diags);
}

int lull_session_event_read(const char *bytes, size_t n, const char *file, struct lull_arena *arena,
			    struct lull_session_event *out, struct lull_diags *diags)
{
	struct lull_doc doc;
	const int rc = lull_json_read(bytes, n, file, arena, &doc, diags);

	return rc == LULL_OK ? read_event(&doc, arena, out, diags) : rc;
}

void lull_json_session_event(struct lull_json *json, const char *key, const struct lull_session_event *e)
{
	char day[LULL_DAY_TEXT];

	lull_json_open(json, key, '{');
	lull_json_int(json, "seq", e->seq);
	lull_json_int(json, "at_ms", e->at_ms);
	lull_json_text(json, "day", lull_day_text(day, e->day));
	lull_json_int(json, "offset_min", e->offset_min);
	lull_json_text(json, "actor", e->actor);
	lull_json_text(json, "role", lull_session_role_names[e->role]);
	if (e->is_late)
		lull_json_bool(json, "late", true);
	if (e->based_on)
		lull_json_int(json, "based_on", e->based_on);
	lull_json_text(json, "kind", lull_session_kind_names[e->kind]);
	lull_json_struct(json, "body", lull_session_body_schema(e->kind), &e->body);
	lull_json_close(json, '}');
}

void lull_json_session(struct lull_json *json, const char *key, const struct lull_session *s)
{
	lull_json_open(json, key, '{');
	lull_json_int(json, "schema_version", 1);
	lull_json_open(json, "entries", '[');
	for (size_t i = 0; i < s->n_entries; i++)
		lull_json_session_event(json, NULL, &s->entries[i].event);
	lull_json_close(json, ']');
	lull_json_close(json, '}');
}

int lull_session_read(const char *bytes, size_t n, const char *file, struct lull_session *s, struct lull_diags *diags,
		      struct lull_err *err)
{
	struct lull_doc doc;
	const struct lull_node *entries;
	int rc = lull_json_read(bytes, n, file, s->arena, &doc, diags);

	if (rc != LULL_OK)
		return rc;
	entries = doc.root ? lull_node_get(doc.root, "entries") : NULL;
	if (!entries || entries->kind != LULL_NODE_LIST)
		return lull_fail(err, LULL_EPARSE, "$.entries", "a snapshot of a session has entries");
	for (const struct lull_node *node = entries->first; node; node = node->next) {
		struct lull_session_event event;
		struct lull_session_answer answer;
		struct lull_doc one = doc;
		one.root = node;
		if ((rc = read_event(&one, s->arena, &event, diags)) != LULL_OK ||
		    (rc = lull_session_apply(s, &event, &answer, err)) != LULL_OK)
			return rc;
	}
	return LULL_OK;
}

void lull_json_session_view(struct lull_json *json, const struct lull_session *s, const struct lull_session_view *v)
{
	lull_json_text(json, "phase", lull_session_phase_names[v->phase]);
	lull_json_text(json, "next", v->next);
	lull_json_text(json, "grade", lull_session_grade_names[v->grade]);
	lull_json_int(json, "now_ms", v->now_ms);
	lull_json_num(json, "ml_per_h", v->ml_per_h);
	lull_json_num(json, "mg_per_h", v->mg_per_h);
	lull_json_num(json, "mg_per_kg_per_h", v->mg_per_kg_per_h);
	lull_json_num(json, "given_mg", v->given_mg);
	lull_json_num(json, "left_mg", v->left_mg);
	lull_json_num(json, "given_24h_mg", v->given_24h_mg);
	lull_json_num(json, "planned_mg_by_now", v->planned_mg_by_now);
	lull_json_num(json, "conc_ng_per_ml", v->conc_ng_per_ml);
	lull_json_num(json, "planned_conc_ng_per_ml", v->planned_conc_ng_per_ml);
	lull_json_num(json, "drawn_mg", v->drawn_mg);
	lull_json_num(json, "line_mg", v->line_mg);
	lull_json_num(json, "wasted_mg", v->wasted_mg);
	lull_json_num(json, "balance_mg", v->balance_mg);
	lull_json_num(json, "signs_due_ms", v->signs_due_ms ? (double)v->signs_due_ms : NAN);
	lull_json_bool(json, "signs_overdue", v->signs_overdue);
	lull_json_num(json, "resume_max_mg_per_h", v->resume_max_mg_per_h);
	lull_json_num(json, "resume_in_min", v->resume_in_min);
	lull_json_int(json, "restarts_left", v->restarts_left);
	lull_json_open(json, "advice", '[');
	for (size_t i = 0; v->has_advice && i < s->now.n_advice; i++) {
		const struct lull_session_advice *a = &s->now.advice[i];
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "id", a->signal->id);
		lull_json_text(json, "sign", lull_vital_names[a->signal->sign]);
		lull_json_num(json, "value", a->value);
		lull_json_text(json, "grade", lull_session_grade_names[a->grade]);
		lull_json_int(json, "expires_ms", v->advice_expires_ms);
		lull_json_text(json, "source", a->signal->source);
		lull_json_text(json, "mark", lull_mark_names[a->signal->mark]);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
	lull_json_open(json, "missing", '[');
	for (size_t i = 0; i < v->n_missing; i++) {
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "id", v->missing[i].id);
		lull_json_text(json, "text", v->missing[i].text);
		lull_json_text(json, "source", v->missing[i].source);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
	lull_json_open(json, "looks", '[');
	for (size_t i = 0; i < v->n_looks; i++) {
		const struct lull_session_entry *e = v->looks[i];
		lull_json_open(json, NULL, '{');
		lull_json_int(json, "seq", e->event.seq);
		lull_json_text(json, "flag", e->flag ? e->flag->id : NULL);
		lull_json_bool(json, "contested", e->is_contested);
		lull_json_bool(json, "conflict", e->is_conflict);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}
