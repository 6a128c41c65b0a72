/* The tables of a session: one a kind of event, and knowledge/session.yaml. The same tables read and write JSON. */
#include "lull/care/session.h"

#include "lull/base/text.h"
#include "fields.h"

#define LULL_X(name, word) #word,
const char *const lull_session_kind_names[] = { LULL_SESSION_KINDS(LULL_X) NULL };
#undef LULL_X
const char *const lull_session_role_names[] = { "prescriber", "nurse", "pharmacist", "therapist", NULL };
const char *const lull_check_result_names[] = { "fail", "pass", "not_applicable", NULL };
const char *const lull_drug_act_names[] = { "open", "draw", "line", "waste", NULL };
const char *const lull_pump_act_names[] = { "start", "rate", "hold", "resume", "stop", NULL };
const char *const lull_second_for_names[] = { "start", "bag", "rate", "handover", NULL };
const char *const lull_session_phase_names[] = { "new", "preparing", "running", "held", "recovery", "discharged",
						 "closed", NULL };
const char *const lull_session_grade_names[] = { "fine", "watch", "hold", "stop", NULL };
#define LULL_X(name, min, max, unit) #name,
const char *const lull_vital_names[] = { LULL_SESSION_SIGNS(LULL_X) NULL };
#undef LULL_X

static const struct lull_field step_fields[] = {
#define S struct lull_ev_step
	NUMBER(S, from_h, 0, 1000, "h"), NUMBER(S, to_h, 0, 1000, "h"), NUMBER(S, mg_per_h, 0, 1000, "mg/h"), { 0 },
#undef S
};
static const struct lull_schema step_schema = { .name = "planned step", .size = sizeof(struct lull_ev_step),
						.fields = step_fields };

#define FIELDS(word) static const struct lull_field word##_fields[]
#define E struct lull_ev_open
FIELDS(open) = {
	TEXT(E, patient), TEXT_OPT(E, plan), TEXT_OPT(E, protocol), TEXT(E, consent_version),
	ENUM(E, place, lull_place_names), ENUM(E, product, lull_product_names), NUMBER(E, weight_kg, 20, 400, "kg"),
	NUMBER(E, dosing_kg, 20, 400, "kg"), NUMBER(E, mg_per_ml, 0.01, 100, "mg/mL"),
	NUMBER(E, planned_mg, 0.1, 100000, "mg"), NUMBER_OPT(E, days, 1, 30, "days"),
	LIST_AS(E, "steps", steps, n_steps, &step_schema, false), { 0 },
};
#undef E
#define E struct lull_ev_check
FIELDS(check) = { TEXT(E, id), ENUM(E, result, lull_check_result_names), TEXT_OPT(E, note), { 0 } };
#undef E
#define E struct lull_ev_weight
FIELDS(weight) = { NUMBER(E, kg, 20, 400, "kg"), BOOL(E, measured), TEXT_OPT(E, confirmed_by), { 0 } };
#undef E
#define E struct lull_ev_consent
FIELDS(consent) = { TEXT(E, version), TEXT(E, sha256), TEXT(E, signature), BOOL(E, capacity), { 0 } };
#undef E
#define E struct lull_ev_suicidality
FIELDS(suicidality) = { ENUM(E, risk, lull_suicide_risk_names), { 0 } };
#undef E
#define E struct lull_ev_review
FIELDS(review) = { TEXT(E, assessment), TEXT(E, action), BOOL(E, psychiatric), { 0 } };
#undef E
#define E struct lull_ev_drug
FIELDS(drug) = { ENUM(E, act, lull_drug_act_names), NUMBER(E, mg, 0, 100000, "mg"), TEXT_OPT(E, lot),
		 TEXT_OPT(E, witness), TEXT_OPT(E, reason), { 0 } };
#undef E
#define E struct lull_ev_bag
FIELDS(bag) = { NUMBER(E, mg_per_ml, 0.01, 100, "mg/mL"), NUMBER(E, ml, 1, 5000, "mL"), { 0 } };
#undef E
#define E struct lull_ev_program
FIELDS(program) = { NUMBER(E, ml_per_h, 0, 999, "mL/h"), NUMBER(E, mg_per_h, 0, 10000, "mg/h"), { 0 } };
#undef E
#define E struct lull_ev_second
FIELDS(second) = { ENUM(E, occasion, lull_second_for_names), TEXT(E, patient), NUMBER(E, weight_kg, 20, 400, "kg"),
		   NUMBER(E, mg_per_ml, 0.01, 100, "mg/mL"), NUMBER(E, ml_per_h, 0, 999, "mL/h"), { 0 } };
#undef E
#define E struct lull_ev_pump
FIELDS(pump) = { ENUM(E, act, lull_pump_act_names), NUMBER_OPT(E, ml_per_h, 0, 999, "mL/h"),
		 NUMBER_OPT(E, mg_per_h, 0, 10000, "mg/h"), TEXT_OPT(E, reason), { 0 } };
#undef E
FIELDS(signs) = {
#define LULL_X(n, lo, hi, u) { .key = #n, .type = LULL_F_NUMBER, .min = (lo), .max = (hi), .unit = (u), \
			       .offset = sizeof(double) * LULL_VITAL_##n },
	LULL_SESSION_SIGNS(LULL_X)
#undef LULL_X
	{ 0 },
};
#define E struct lull_ev_adverse
FIELDS(adverse) = { TEXT(E, term), NUMBER_OPT(E, grade, 1, 4, NULL), BOOL(E, related), TEXT_OPT(E, action), { 0 } };
#undef E
#define E struct lull_ev_rescue
FIELDS(rescue) = { TEXT(E, card), TEXT(E, dose), { 0 } };
#undef E
#define E struct lull_ev_score
FIELDS(score) = { TEXT(E, instrument), NUMBER(E, total, 0, 100, NULL), { 0 } };
#undef E
#define E struct lull_ev_lab
FIELDS(lab) = { NUMBER(E, alt_x_uln, 0, 1000, "x ULN"), NUMBER_OPT(E, bilirubin_x_uln, 0, 1000, "x ULN"), { 0 } };
#undef E
#define E struct lull_ev_handover
FIELDS(handover) = { TEXT(E, to), { 0 } };
#undef E
#define E struct lull_ev_discharge
FIELDS(discharge) = { BOOL(E, escort), BOOL(E, sheet), { 0 } };
#undef E
#define E struct lull_ev_contact
FIELDS(contact) = { BOOL(E, reached), TEXT_OPT(E, side_effects), TEXT_OPT(E, mood), { 0 } };
#undef E
#define E struct lull_ev_correct
FIELDS(correct) = { NUMBER(E, seq, 1, 9e15, NULL), TEXT(E, reason), { 0 } };
#undef E
#define E struct lull_ev_note
FIELDS(note) = { TEXT(E, text), { 0 } };
#undef E

const struct lull_schema *lull_session_body_schema(int kind)
{
	static const struct lull_schema schemas[] = {
#define LULL_X(caps, word) { .name = #word, .size = sizeof(struct lull_ev_##word), .fields = word##_fields },
		LULL_SESSION_KINDS(LULL_X)
#undef LULL_X
	};

	return kind >= 0 && kind < LULL_N_SESSION_KINDS ? &schemas[kind] : NULL;
}

/* ---- knowledge ------------------------------------------------------------------------- */

#define R struct lull_session_rule
static const struct lull_field rule_fields[] = { TEXT(R, id), TEXT(R, text), TEXT(R, mend), TEXT(R, source), MARK(R), { 0 } };
static const struct lull_schema rule_schema = { .name = "rule", .size = sizeof(R), .fields = rule_fields };
#undef R
#define C struct lull_session_check
static const struct lull_field kb_check_fields[] = {
	TEXT(C, id), TEXT(C, text), FLAGS_AS(C, "settings", places, lull_place_names, false), BOOL_OPT(C, may_not_apply),
	TEXT(C, source), MARK(C), { 0 },
};
static const struct lull_schema kb_check_schema = { .name = "check", .size = sizeof(C), .fields = kb_check_fields };
#undef C
#define G struct lull_session_signal
static const struct lull_field signal_fields[] = {
	TEXT(G, id), ENUM(G, sign, lull_vital_names), TEXT_OPT(G, line),
	{ .key = "at_or", .type = LULL_F_ENUM, .offset = offsetof(G, at_or), .names = lull_line_side_names },
	NUMBER_OPT(G, watch, -10, 350, NULL), NUMBER_OPT(G, hold, -10, 350, NULL), NUMBER_OPT(G, stop, -10, 350, NULL),
	NUMBER_OPT(G, confirm_min, 0.5, 60, "min"), NUMBER_OPT(G, rise_watch_frac, 0.01, 2, NULL),
	NUMBER_OPT(G, rise_hold_frac, 0.01, 2, NULL), NUMBER_OPT(G, rise_watch, 0.1, 100, NULL), TEXT(G, source), MARK(G),
	{ 0 },
};
static const struct lull_schema signal_schema = { .name = "signal", .size = sizeof(G), .fields = signal_fields };
#undef G
#define A struct lull_session_ae
static const struct lull_field ae_fields[] = {
	TEXT(A, id), TEXT(A, name), TEXT_OPT(A, g1), TEXT_OPT(A, g2), TEXT_OPT(A, g3), TEXT_OPT(A, g4), BOOL_OPT(A, transient),
	TEXT(A, source), MARK(A), { 0 },
};
static const struct lull_schema ae_schema = { .name = "term", .size = sizeof(A), .fields = ae_fields };
#undef A
#define C struct lull_session_score
static const struct lull_field kb_score_fields[] = { TEXT(C, id), NUMBER(C, at_least, 0, 100, NULL), NUMBER(C, max, 1, 100, NULL),
						     TEXT(C, source), MARK(C), { 0 } };
static const struct lull_schema kb_score_schema = { .name = "score", .size = sizeof(C), .fields = kb_score_fields };
#undef C
#define K struct lull_session_kb
static const struct lull_field kb_fields[] = {
	LIST_AS(K, "rules", rules, n_rules, &rule_schema, true), LIST_AS(K, "checks", checks, n_checks, &kb_check_schema, true),
	LIST_AS(K, "signals", signals, n_signals, &signal_schema, true), LIST_AS(K, "terms", terms, n_terms, &ae_schema, true),
	LIST_AS(K, "scores", scores, n_scores, &kb_score_schema, true),
	FIG(K, start_sbp_min), FIG(K, start_sbp_max), FIG(K, start_dbp_min), FIG(K, start_dbp_max), FIG(K, start_hr_min),
	FIG(K, start_hr_max), FIG(K, start_spo2_min), FIG(K, start_signs_min), FIG(K, check_valid_min), FIG(K, advice_min),
	FIG(K, moaas_home), FIG(K, contact_days), FIG(K, lab_hold_x_uln), FIG(K, lab_stop_x_uln), FIG(K, lab_hy_alt_x_uln),
	FIG(K, lab_hy_bilirubin_x_uln), { 0 },
};
static const struct lull_schema kb_schema = { .name = "session", .size = sizeof(K), .fields = kb_fields, .version = 1 };
#undef K

/* Lines named by alarm rows take their numbers from monitoring.yaml. */
static int join_lines(struct lull_session_kb *kb, struct lull_diags *diags)
{
	for (size_t i = 0; i < kb->n_signals; i++) {
		struct lull_session_signal *s = &kb->signals[i];
		const struct lull_line *line = s->line ? lull_monitor_line(kb->monitoring, s->line) : NULL;
		if (s->line && !line) {
			lull_diags_addf(diags, LULL_ERROR, "session.yaml", 0, 0, "a line of monitoring.yaml", NULL,
					"%s names the line %s", s->id, s->line);
			return LULL_EPARSE;
		}
		if (!line)
			continue;
		s->at_or = line->at_or;
		s->watch = line->watch;
		s->hold = line->hold;
		s->stop = line->stop;
	}
	return LULL_OK;
}

int lull_session_kb_load(const struct lull_files *files, const struct lull_plan_kb *plan, struct lull_arena *arena,
			 struct lull_session_kb *out, struct lull_diags *diags)
{
	const int rc = lull_care__bind(files, "session.yaml", &kb_schema, arena, out, diags);

	if (rc != LULL_OK)
		return rc;
	out->monitoring = &plan->monitoring;
	out->limits = &plan->limits;
	out->pump = &plan->pump;
	out->rescue = &plan->rescue;
	if (out->n_checks > LULL_SESSION_MAX_CHECKS || out->n_signals > LULL_SESSION_MAX_ADVICE) {
		lull_diags_addf(diags, LULL_ERROR, "session.yaml", 0, 0, NULL, NULL, "too many checks or signals");
		return LULL_EPARSE;
	}
	return join_lines(out, diags);
}
