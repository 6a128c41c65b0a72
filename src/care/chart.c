/* chart.c - the fold: what may be said when, and what a new word does to the ones before it.
 *
 * An event is judged first and kept after, so that a refused one leaves nothing behind. */
#include "lull/care/chart.h"

#include <math.h>
#include <string.h>

#include "lull/base/text.h"

enum { LATE_AFTER_H = 48 };
static const double most_ms = 9007199254740991.0;

/* Where a kind's list stands in the chart. */
static const struct row {
	size_t size, said, list, count;
	bool may_strike;
} rows[] = {
#define LULL_X(name, text, type, strike)                                                                     \
	{ sizeof(struct lull_kept_##name), offsetof(struct lull_kept_##name, said), offsetof(struct lull_chart, name), \
	  offsetof(struct lull_chart, n_##name), strike },
	LULL_CHART_EVENTS(LULL_X)
#undef LULL_X
};

static size_t *count_of(struct lull_chart *chart, size_t kind)
{
	return (size_t *)(void *)((char *)chart + rows[kind].count);
}

static struct lull_chart_head *head_at(struct lull_chart *chart, size_t kind, size_t i)
{
	char *list;
	memcpy(&list, (char *)chart + rows[kind].list, sizeof(list));
	return (struct lull_chart_head *)(void *)(list + i * rows[kind].size);
}

static struct lull_chart_head *find(struct lull_chart *chart, double seq, size_t *kind)
{
	for (size_t k = 0; k < LULL_N_CHART_KINDS; k++)
		for (size_t i = 0; i < *count_of(chart, k); i++)
			if (head_at(chart, k, i)->seq == seq) {
				*kind = k;
				return head_at(chart, k, i);
			}
	return NULL;
}

bool lull_chart_stands(const struct lull_chart_head *head)
{
	return isnan(head->struck_by) && isnan(head->ended_by);
}

/* ---- finding what an event refers to ------------------------------------------------------------ */

static struct lull_kept_plan *plan_of(struct lull_chart *chart, const char *id)
{
	for (size_t i = 0; i < chart->n_plan; i++)
		if (strcmp(chart->plan[i].said.plan, id) == 0)
			return &chart->plan[i];
	return NULL;
}

static bool is_approved(const struct lull_chart *chart, const char *id)
{
	for (size_t i = 0; i < chart->n_approved; i++)
		if (strcmp(chart->approved[i].said.plan, id) == 0)
			return true;
	return false;
}

static struct lull_kept_opened *session_of(struct lull_chart *chart, const char *id)
{
	for (size_t i = 0; i < chart->n_opened; i++)
		if (strcmp(chart->opened[i].said.session, id) == 0)
			return &chart->opened[i];
	return NULL;
}

static struct lull_kept_flag *flag_of(struct lull_chart *chart, const char *id)
{
	for (size_t i = 0; i < chart->n_flag; i++)
		if (strcmp(chart->flag[i].said.flag, id) == 0)
			return &chart->flag[i];
	return NULL;
}

static struct lull_kept_consent *consent_of(struct lull_chart *chart, double seq)
{
	for (size_t i = 0; i < chart->n_consent; i++)
		if (chart->consent[i].head.seq == seq)
			return &chart->consent[i];
	return NULL;
}

const struct lull_kept_flag *lull_chart_blocking_flag(const struct lull_chart *chart)
{
	for (size_t i = 0; i < chart->n_flag; i++)
		if (lull_chart_stands(&chart->flag[i].head) && chart->flag[i].said.risk == LULL_RISK_HIGH)
			return &chart->flag[i];
	return NULL;
}

static bool has_consent(const struct lull_chart *chart)
{
	for (size_t i = 0; i < chart->n_consent; i++)
		if (lull_chart_stands(&chart->consent[i].head))
			return true;
	return false;
}

/* ---- judging ----------------------------------------------------------------------------------- */

/* What an event ends; filled while judging. */
struct judged { struct lull_chart_head *ends, *strikes; };

static int judge_facts(const struct lull_said_facts *said, struct lull_arena *arena, struct lull_err *err);

static int judge_plan_step(struct lull_chart *chart, const struct lull_chart_event *e, struct judged *j,
			   struct lull_err *err)
{
	const struct lull_said_plan_step *said = e->said;
	struct lull_kept_plan *plan = plan_of(chart, said->plan);
	if (!plan)
		return lull_fail(err, LULL_ENOTFOUND, "$.plan", "no plan '%s' was made", said->plan);
	if (!lull_chart_stands(&plan->head))
		return lull_fail(err, LULL_ECONFLICT, "$.plan", "plan '%s' was cancelled", said->plan);
	if (e->kind == LULL_CHART_cancelled) {
		if (!said->reason)
			return lull_fail(err, LULL_EDOMAIN, "$.reason", "a plan is cancelled with a reason");
		j->ends = &plan->head;
		return LULL_OK;
	}
	if (plan->said.status != LULL_PLAN_READY)
		return lull_fail(err, LULL_ECONFLICT, "$.plan", "plan '%s' is not ready: %s", said->plan,
				 lull_plan_status_names[plan->said.status]);
	if (is_approved(chart, said->plan))
		return lull_fail(err, LULL_ECONFLICT, "$.plan", "plan '%s' is approved already", said->plan);
	return LULL_OK;
}

static int judge_opened(struct lull_chart *chart, const struct lull_said_opened *said, struct lull_err *err)
{
	const struct lull_kept_plan *plan = plan_of(chart, said->plan);
	const struct lull_kept_flag *flag = lull_chart_blocking_flag(chart);
	if (session_of(chart, said->session))
		return lull_fail(err, LULL_ECONFLICT, "$.session", "session '%s' was opened before", said->session);
	if (!plan)
		return lull_fail(err, LULL_ENOTFOUND, "$.plan", "no plan '%s' was made", said->plan);
	if (!lull_chart_stands(&plan->head) || !is_approved(chart, said->plan))
		return lull_fail(err, LULL_ECONFLICT, "$.plan", "plan '%s' is not approved, or was cancelled", said->plan);
	if (!has_consent(chart))
		return lull_fail(err, LULL_ECONFLICT, "$.session", "no consent holds");
	if (flag)
		return lull_fail(err, LULL_ECONFLICT, "$.session", "flag '%s' of high suicide risk is not reviewed",
				 flag->said.flag);
	return LULL_OK;
}

static int judge_closed(struct lull_chart *chart, const struct lull_said_closed *said, struct judged *j,
			struct lull_err *err)
{
	struct lull_kept_opened *session = session_of(chart, said->session);
	if (!session)
		return lull_fail(err, LULL_ENOTFOUND, "$.session", "no session '%s' was opened", said->session);
	if (!lull_chart_stands(&session->head))
		return lull_fail(err, LULL_ECONFLICT, "$.session", "session '%s' is closed", said->session);
	j->ends = &session->head;
	return LULL_OK;
}

/* safety.md: an absolute exclusion only by the medical director's signature and another person's. */
static int judge_override(const struct lull_chart_event *e, struct lull_err *err)
{
	const struct lull_said_override *said = e->said;
	if (said->second_signer && strcmp(said->second_signer, e->actor) == 0)
		return lull_fail(err, LULL_ECONFLICT, "$.second_signer", "the second signer is the first");
	if (said->role == LULL_ROLE_MEDICAL_DIRECTOR && (!said->second_signer || !said->policy))
		return lull_fail(err, LULL_EDOMAIN, said->policy ? "$.second_signer" : "$.policy",
				 "a medical director's override needs the policy and a second signer");
	return LULL_OK;
}

static int judge_withdrawn(struct lull_chart *chart, const struct lull_said_withdrawn *said, struct judged *j,
			   struct lull_err *err)
{
	struct lull_kept_consent *consent = consent_of(chart, said->consent);
	if (!consent)
		return lull_fail(err, LULL_ENOTFOUND, "$.consent", "no consent has number %.0f", said->consent);
	if (!lull_chart_stands(&consent->head))
		return lull_fail(err, LULL_ECONFLICT, "$.consent", "this consent was withdrawn before");
	j->ends = &consent->head;
	return LULL_OK;
}

static int judge_review(struct lull_chart *chart, const struct lull_said_review *said, struct judged *j,
			struct lull_err *err)
{
	struct lull_kept_flag *flag = flag_of(chart, said->flag);
	if (!flag)
		return lull_fail(err, LULL_ENOTFOUND, "$.flag", "no flag '%s' was raised", said->flag);
	if (!lull_chart_stands(&flag->head))
		return lull_fail(err, LULL_ECONFLICT, "$.flag", "flag '%s' was reviewed before", said->flag);
	j->ends = &flag->head;
	return LULL_OK;
}

static int judge_correction(struct lull_chart *chart, const struct lull_said_correction *said, struct judged *j,
			    struct lull_err *err)
{
	size_t kind;
	struct lull_chart_head *head = find(chart, said->refers, &kind);
	if (!head)
		return lull_fail(err, LULL_ENOTFOUND, "$.refers", "this chart has no event %.0f", said->refers);
	if (!rows[kind].may_strike)
		return lull_fail(err, LULL_ECONFLICT, "$.refers", "'%s' is not struck by a correction",
				 lull_chart_kind_names[kind]);
	if (!isnan(head->struck_by))
		return lull_fail(err, LULL_ECONFLICT, "$.refers", "event %.0f was struck before", said->refers);
	j->strikes = head;
	return LULL_OK;
}

static bool same_number(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

/* The same words about the day, whoever wrote them. */
static bool same_day(const struct lull_said_diary_day *a, const struct lull_said_diary_day *b)
{
	if (a->kind != b->kind || !same_number(a->pain, b->pain) || !same_number(a->duration_min, b->duration_min) ||
	    a->severity != b->severity || a->start_min != b->start_min || a->yes != b->yes || a->no != b->no ||
	    a->drugs_known != b->drugs_known || a->n_drugs != b->n_drugs || !lull_text_eq(a->note, b->note))
		return false;
	for (size_t i = 0; i < a->n_drugs; i++)
		if (!lull_text_eq(a->drugs[i].name, b->drugs[i].name) || a->drugs[i].acute != b->drugs[i].acute ||
		    !same_number(a->drugs[i].doses, b->drugs[i].doses) || a->drugs[i].relief != b->drugs[i].relief)
			return false;
	return true;
}

/* A writer ends what it saw (replaces), what it wrote itself, and what says the same; another device's
 * different words stay beside it. A named entry must be one of this day. */
static bool ends_day(const struct lull_kept_diary *old, const struct lull_said_diary_day *said)
{
	return old->said.day == said->day && lull_chart_stands(&old->head) &&
	       (old->head.seq == said->replaces || strcmp(old->said.device, said->device) == 0 ||
		same_day(&old->said, said));
}

static int judge_diary(const struct lull_chart *chart, const struct lull_said_diary_day *said, struct lull_err *err)
{
	if (isnan(said->replaces))
		return LULL_OK;
	for (size_t i = 0; i < chart->n_diary; i++)
		if (chart->diary[i].head.seq == said->replaces && chart->diary[i].said.day == said->day)
			return LULL_OK;
	return lull_fail(err, LULL_ENOTFOUND, "$.replaces", "no entry of this day has number %.0f", said->replaces);
}

static int judge(struct lull_chart *chart, const struct lull_chart_event *e, struct lull_arena *arena, struct judged *j,
		 struct lull_err *err)
{
	if (!chart->n_registered && e->kind != LULL_CHART_registered)
		return lull_fail(err, LULL_ECONFLICT, "$", "'%s' before the patient is registered",
				 lull_chart_kind_names[e->kind]);
	switch (e->kind) {
	case LULL_CHART_registered:
		return chart->n_registered ? lull_fail(err, LULL_ECONFLICT, "$", "the patient is registered already") : LULL_OK;
	case LULL_CHART_facts:
		return judge_facts(e->said, arena, err);
	case LULL_CHART_diary:
		return judge_diary(chart, e->said, err);
	case LULL_CHART_withdrawn:
		return judge_withdrawn(chart, e->said, j, err);
	case LULL_CHART_plan: {
		const struct lull_said_plan *said = e->said;
		return plan_of(chart, said->plan) ?
			       lull_fail(err, LULL_ECONFLICT, "$.plan", "plan '%s' was made before", said->plan) :
			       LULL_OK;
	}
	case LULL_CHART_approved:
	case LULL_CHART_cancelled:
		return judge_plan_step(chart, e, j, err);
	case LULL_CHART_override:
		return judge_override(e, err);
	case LULL_CHART_opened:
		return judge_opened(chart, e->said, err);
	case LULL_CHART_closed:
		return judge_closed(chart, e->said, j, err);
	case LULL_CHART_flag: {
		const struct lull_said_flag *said = e->said;
		return flag_of(chart, said->flag) ?
			       lull_fail(err, LULL_ECONFLICT, "$.flag", "flag '%s' was raised before", said->flag) :
			       LULL_OK;
	}
	case LULL_CHART_review:
		return judge_review(chart, e->said, j, err);
	case LULL_CHART_correction:
		return judge_correction(chart, e->said, j, err);
	case LULL_CHART_score:
	case LULL_CHART_consent:
	case LULL_CHART_verdict:
	case LULL_CHART_outcome:
	case LULL_CHART_letter:
	case LULL_N_CHART_KINDS:
		break;
	}
	return LULL_OK;
}

/* ---- keeping ----------------------------------------------------------------------------------- */

static int keep(struct lull_chart *chart, const struct lull_chart_event *e, struct lull_arena *arena, struct lull_err *err)
{
	const struct row *row = &rows[e->kind];
	const struct lull_chart_head head = { .seq = (double)e->seq, .at_ms = (double)e->at_ms, .actor = e->actor,
					      .why = e->why, .civil_day = e->civil_day,
					      .utc_offset_min = e->utc_offset_min, .struck_by = NAN, .ended_by = NAN };
	size_t *n = count_of(chart, e->kind);
	void *list;
	memcpy(&list, (char *)chart + row->list, sizeof(list));
	list = lull_arena_grow(arena, list, *n, &chart->cap[e->kind], *n + 1, row->size);
	if (!list)
		return lull_nomem(err);
	memcpy((char *)chart + row->list, &list, sizeof(list));
	char *item = (char *)list + *n * row->size;
	memcpy(item, &head, sizeof(head));
	memcpy(item + row->said, e->said, lull_chart_body_schema(e->kind)->size);
	(*n)++;
	chart->last_seq = (double)e->seq;
	return LULL_OK;
}

/* What the struck word had ended is ended by its successor now, or stands again. */
static void strike(struct lull_chart *chart, struct lull_chart_head *struck, double seq)
{
	for (size_t k = 0; k < LULL_N_CHART_KINDS; k++)
		for (size_t i = 0; i < *count_of(chart, k); i++)
			if (head_at(chart, k, i)->ended_by == struck->seq)
				head_at(chart, k, i)->ended_by = struck->ended_by;
	struck->struck_by = seq;
}

static void end_day(struct lull_chart *chart, const struct lull_said_diary_day *said, double seq)
{
	for (size_t i = 0; i < chart->n_diary; i++)
		if (chart->diary[i].head.seq < seq && ends_day(&chart->diary[i], said))
			chart->diary[i].head.ended_by = seq;
}

int lull_chart_apply(struct lull_chart *chart, const struct lull_chart_event *e, struct lull_arena *arena,
		     struct lull_err *err)
{
	struct judged j = { 0 };
	if ((unsigned)e->kind >= LULL_N_CHART_KINDS || !e->said || !e->actor || e->seq < 1 || (double)e->seq > most_ms ||
	    e->at_ms < 0 || (double)e->at_ms > most_ms)
		return lull_fail(err, LULL_EDOMAIN, "$", "an event without kind, body, actor, number or time");
	if ((double)e->seq <= chart->last_seq)
		return LULL_OK;
	int rc = judge(chart, e, arena, &j, err);
	if (rc == LULL_OK)
		rc = keep(chart, e, arena, err);
	if (rc != LULL_OK)
		return rc;
	if (j.ends)
		j.ends->ended_by = (double)e->seq;
	if (j.strikes)
		strike(chart, j.strikes, (double)e->seq);
	if (e->kind == LULL_CHART_diary)
		end_day(chart, e->said, (double)e->seq);
	return LULL_OK;
}

int lull_chart_fold(struct lull_chart *chart, const struct lull_chart_event *events, size_t n, struct lull_arena *arena,
		    struct lull_err *err)
{
	size_t *order = LULL_ARENA_NEW(arena, size_t, n + 1);
	if (!order)
		return lull_nomem(err);
	/* Nearly always in order already: insertion is then one pass. */
	for (size_t i = 0; i < n; i++) {
		size_t at = i;
		for (; at && events[order[at - 1]].seq > events[i].seq; at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
	for (size_t i = 0; i < n; i++) {
		const int rc = lull_chart_apply(chart, &events[order[i]], arena, err);
		if (rc != LULL_OK)
			return rc;
	}
	return LULL_OK;
}

/* ---- reading ----------------------------------------------------------------------------------- */

bool lull_chart_is_late(const struct lull_kept_diary *kept)
{
	const double at_ms = isnan(kept->said.recorded_at_ms) ? kept->head.at_ms : kept->said.recorded_at_ms;
	const double end_ms = ((double)kept->said.day + 1) * 86400000 - kept->head.utc_offset_min * 60000.0;
	return at_ms - end_ms > LATE_AFTER_H * 3600000.0;
}

size_t lull_chart_day_entries(const struct lull_chart *chart, lull_day day, const struct lull_kept_diary **out, size_t max)
{
	size_t n = 0;
	for (size_t i = 0; i < chart->n_diary; i++) {
		if (chart->diary[i].said.day != day || !lull_chart_stands(&chart->diary[i].head))
			continue;
		if (n < max)
			out[n] = &chart->diary[i];
		n++;
	}
	return n;
}

const struct lull_kept_facts *lull_chart_section(const struct lull_chart *chart, const char *section)
{
	for (size_t i = chart->n_facts; i-- > 0;)
		if (isnan(chart->facts[i].head.struck_by) && strcmp(chart->facts[i].said.section, section) == 0)
			return &chart->facts[i];
	return NULL;
}

/* A record of some sections as the tree that care/patient.h reads. The values' own nodes are shared. */
static bool add_node(struct lull_node *map, struct lull_node **last, const char *key, const struct lull_node *value,
		     struct lull_arena *arena)
{
	struct lull_node *node = LULL_ARENA_NEW(arena, struct lull_node, 1);
	if (!node)
		return false;
	*node = *value;
	node->key = key;
	node->up = map;
	node->next = NULL;
	if (*last)
		(*last)->next = node;
	else
		map->first = node;
	*last = node;
	map->n_children++;
	return true;
}

static struct lull_node scalar(const char *text, bool quoted)
{
	return (struct lull_node){ .kind = LULL_NODE_SCALAR, .text = text, .n_text = strlen(text), .quoted = quoted };
}

static bool begin_record(struct lull_node *map, struct lull_node **last, const char *id, bool invented,
			 struct lull_arena *arena)
{
	const struct lull_node version = scalar("1", false), number = scalar(id, true),
			       flag = scalar(invented ? "true" : "false", false);
	*map = (struct lull_node){ .kind = LULL_NODE_MAP };
	*last = NULL;
	return add_node(map, last, "schema_version", &version, arena) && add_node(map, last, "id", &number, arena) &&
	       add_node(map, last, "invented", &flag, arena);
}

static bool is_own_key(const char *key)
{
	return strcmp(key, "id") == 0 || strcmp(key, "invented") == 0 || strcmp(key, "schema_version") == 0 ||
	       strcmp(key, "born") == 0 || strcmp(key, "sex_at_birth") == 0;
}

static int judge_facts(const struct lull_said_facts *said, struct lull_arena *arena, struct lull_err *err)
{
	struct lull_node map, *last;
	struct lull_patient patient;
	struct lull_diags diags;
	const struct lull_doc doc = { .file = "facts", .is_typed = true, .root = &map };
	lull_diags_init(&diags, arena);
	if (is_own_key(said->section))
		return lull_fail(err, LULL_EDOMAIN, "$.section", "'%s' comes from the registration", said->section);
	if (!begin_record(&map, &last, "0", false, arena) || !add_node(&map, &last, said->section, said->value, arena))
		return lull_nomem(err);
	const int rc = lull_patient_bind(&doc, arena, &patient, &diags);
	if (rc == LULL_OK)
		return LULL_OK;
	if (rc == LULL_ENOMEM || diags.out_of_memory || lull_diags_fail(&diags, err) == LULL_OK)
		return lull_nomem(err);
	for (size_t i = 0; err && i < diags.n_items; i++)
		if (diags.items[i].severity == LULL_ERROR && diags.items[i].path) {
			lull_text_format(err->where, sizeof(err->where), "%s", diags.items[i].path);
			break;
		}
	return rc;
}

static int add_scores(const struct lull_chart *chart, struct lull_patient *out, struct lull_arena *arena, struct lull_err *err)
{
	size_t n = out->n_scores;
	struct lull_score_entry *all = LULL_ARENA_NEW(arena, struct lull_score_entry, n + chart->n_score + 1);
	if (!all)
		return lull_nomem(err);
	if (n)
		memcpy(all, out->scores, n * sizeof(*all));
	for (size_t i = 0; i < chart->n_score; i++)
		if (lull_chart_stands(&chart->score[i].head))
			all[n++] = chart->score[i].said.entry;
	out->scores = all;
	out->n_scores = n;
	return LULL_OK;
}

int lull_chart_patient(const struct lull_chart *chart, const char *id, struct lull_arena *arena, struct lull_patient *out,
		       struct lull_diags *diags, struct lull_err *err)
{
	struct lull_node map, *last;
	const struct lull_doc doc = { .file = "chart", .is_typed = true, .root = &map };
	if (!chart->n_registered)
		return lull_fail(err, LULL_ENOTFOUND, "chart", "no patient is registered");
	const struct lull_said_registered *who = &chart->registered[0].said;
	if (!begin_record(&map, &last, id, who->invented, arena))
		return lull_nomem(err);
	for (const struct lull_field *f = lull_patient_schema.fields; f->key; f++) {
		const struct lull_kept_facts *facts = is_own_key(f->key) ? NULL : lull_chart_section(chart, f->key);
		if (facts && !add_node(&map, &last, f->key, facts->said.value, arena))
			return lull_nomem(err);
	}
	const int rc = lull_patient_bind(&doc, arena, out, diags);
	if (rc != LULL_OK)
		return lull_fail(err, rc, "chart", "%s", lull_code_text(rc));
	out->born = who->born;
	out->sex = who->sex;
	return add_scores(chart, out, arena, err);
}

static int entry_of(const struct lull_kept_diary *kept, struct lull_arena *arena, struct lull_entry *out, struct lull_err *err)
{
	const struct lull_said_diary_day *d = &kept->said;
	struct lull_intake *intakes = LULL_ARENA_NEW(arena, struct lull_intake, d->n_drugs + 1);
	if (!intakes)
		return lull_nomem(err);
	for (size_t i = 0; i < d->n_drugs; i++)
		intakes[i] = (struct lull_intake){ .name = d->drugs[i].name, .acute = (uint8_t)d->drugs[i].acute,
						   .doses = (float)d->drugs[i].doses,
						   .relief = (uint8_t)(d->drugs[i].relief ? d->drugs[i].relief : LULL_UNKNOWN) };
	*out = (struct lull_entry){
		.kind = (uint8_t)d->kind, .entered_late = lull_chart_is_late(kept), .known = d->yes | d->no, .yes = d->yes,
		.first = d->day, .last = d->day, .start_min = (int16_t)d->start_min,
		.offset_min = kept->head.utc_offset_min, .pain = (float)d->pain, .duration_min = (float)d->duration_min,
		.severity = (int8_t)d->severity, .drugs_known = d->drugs_known, .n_intakes = (uint16_t)d->n_drugs,
		.intakes = intakes, .note = d->note,
	};
	if (d->start_min >= 0 && !isnan(d->duration_min))
		out->last = lull_entry_last_day(d->day, d->start_min, d->duration_min);
	return LULL_OK;
}

int lull_chart_diary(const struct lull_chart *chart, const char *id, struct lull_arena *arena, struct lull_diary *out,
		     struct lull_err *err)
{
	struct lull_entry *entries = LULL_ARENA_NEW(arena, struct lull_entry, chart->n_diary + 1);
	size_t n = 0;
	if (!entries)
		return lull_nomem(err);
	for (size_t i = 0; i < chart->n_diary; i++) {
		if (!lull_chart_stands(&chart->diary[i].head))
			continue;
		const int rc = entry_of(&chart->diary[i], arena, &entries[n++], err);
		if (rc != LULL_OK)
			return rc;
	}
	*out = (struct lull_diary){ .patient_id = id, .entries = entries, .n_entries = n, .records_severity = true,
				    .records_drugs = true,
				    .invented = chart->n_registered && chart->registered[0].said.invented };
	return n ? lull_diary_fold(out, LULL_DAY_NONE, LULL_DAY_NONE, false, arena, err) : LULL_OK;
}
