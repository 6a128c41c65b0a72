/* The letter as a whole: who and what first, then the parts in order, sources last. */
#include "dossier_impl.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "lull/report/screen_doc.h"
#include "lull/report/sheet.h"

/* ---- small things ------------------------------------------------------------------ */

void lull_dossier__fail(struct lull_dossier_writer *w, int rc)
{
	if (w->rc == LULL_OK)
		w->rc = rc;
}

const char *lull_dossier__text(struct lull_dossier_writer *w, const char *fmt, ...)
{
	struct lull_buf buf = { 0 };
	va_list ap;
	va_start(ap, fmt);
	lull_buf_vprintf(&buf, fmt, ap);
	va_end(ap);
	const char *text = buf.failed ? NULL : lull_arena_strdup(w->arena, lull_buf_text(&buf));
	lull_buf_clear(&buf);
	if (!text)
		lull_dossier__fail(w, lull_nomem(w->err));
	return text ? text : "";
}

const char *lull_dossier__num(struct lull_dossier_writer *w, double value, int max_decimals)
{
	char text[64];
	return lull_dossier__text(w, "%s", lull_num_text(text, sizeof(text), value, max_decimals));
}

void *lull_dossier__zalloc(struct lull_dossier_writer *w, size_t n, size_t size)
{
	void *out = w->rc == LULL_OK ? lull_arena_zalloc(w->arena, n ? n : 1, size) : NULL;
	if (!out)
		lull_dossier__fail(w, lull_nomem(w->err));
	return out;
}

const char *lull_dossier__basis(struct lull_dossier_writer *w, const char *source, int mark)
{
	return lull_doc_basis(w->doc, source, (enum lull_mark)mark);
}

const char *lull_dossier__status(enum lull_status status)
{
	return status == LULL_MET ? "met" : status == LULL_NOT_MET ? "not met" : "unknown";
}

const struct lull_finding *lull_dossier__find(const struct lull_finding *findings, size_t n, const char *code)
{
	for (size_t i = 0; i < n; i++)
		if (lull_text_eq(findings[i].code, code))
			return &findings[i];
	return NULL;
}

/* ---- summary ----------------------------------------------------------------------- */

static const char *place_words(enum lull_place place)
{
	static const char *const words[LULL_N_PLACES] = {
		[LULL_AT_CHAIR] = "infusion chair", [LULL_AT_INPATIENT] = "monitored inpatient bed",
		[LULL_AT_HOME_NASAL] = "home, nasal", [LULL_AT_EMERGENCY] = "emergency department",
		[LULL_AT_RESEARCH] = "research", [LULL_AT_PUMP_HOME] = "home pump",
	};
	return words[place];
}

static enum lull_tone verdict_tone(const struct lull_dossier *in)
{
	if (!in->screen)
		return LULL_TONE_PLAIN;
	switch ((enum lull_verdict)in->screen->verdict) {
	case LULL_VERDICT_NO_EXCLUSION:
		return in->plan && in->plan->status == LULL_PLAN_REFUSED ? LULL_TONE_CAUTION : LULL_TONE_GO;
	case LULL_VERDICT_EXCLUDED:
		return LULL_TONE_STOP;
	default:
		return LULL_TONE_CAUTION;
	}
}

/* What is asked for, when something may be: course, dose and place. */
static const char *asked_for(struct lull_dossier_writer *w)
{
	const struct lull_plan *plan = w->in->plan;
	if (!plan || plan->status == LULL_PLAN_REFUSED || plan->n_sessions == 0)
		return NULL;
	return lull_dossier__text(w, "%zu %s of %s (protocol %s), %s%s mg in all, %s mg/kg, place: %s", plan->n_sessions,
				  plan->n_sessions == 1 ? "session" : "sessions", plan->protocol->name, plan->protocol->id,
				  plan->has_rule ? "by effect, at most " : "", lull_dossier__num(w, plan->course_mg, 1), lull_dossier__num(w, plan->course_mg_per_kg, 2),
				  place_words(plan->place));
}

static void put_verdict(struct lull_dossier_writer *w)
{
	const struct lull_dossier *in = w->in;
	if (!in->screen) {
		lull_doc_callout(w->doc, LULL_TONE_PLAIN, "Not screened",
				 "This letter reports the diary. Whether ketamine may be offered was not worked out.");
		return;
	}
	const char *verdict = lull_screen_verdict_text(in->screen, w->arena);
	if (!verdict) {
		lull_dossier__fail(w, lull_nomem(w->err));
		return;
	}
	const struct lull_plan_finding *first = in->plan ? lull_plan_gravest(in->plan) : NULL;
	const bool refused = in->plan && in->plan->status == LULL_PLAN_REFUSED;
	const char *asked = asked_for(w);
	const bool excluded = in->screen->verdict == LULL_VERDICT_EXCLUDED;
	char until[LULL_DAY_TEXT];
	char *title = lull_arena_strdup(w->arena, verdict);
	if (!title) {
		lull_dossier__fail(w, lull_nomem(w->err));
		return;
	}
	if (*title >= 'a' && *title <= 'z')
		*title = (char)(*title - 'a' + 'A');
	const char *lead = in->screen->verdict == LULL_VERDICT_NO_EXCLUSION      ? "Proposed:"
			   : in->screen->verdict == LULL_VERDICT_NEEDS_CLEARANCE ? "Proposed, once cleared:"
										 : "For discussion only:";
	lull_doc_callout(w->doc, verdict_tone(in), title, "%s%s%s%s%s%sThe screen holds until %s.",
			 refused && first ? lull_dossier__text(w, "The plan is refused: %s. ", first->text) : "",
			 asked && !excluded ? LULL_STRONG : "", asked && !excluded ? lead : "",
			 asked && !excluded ? LULL_PLAIN " " : "", asked && !excluded ? asked : "",
			 asked && !excluded ? ". " : "", lull_day_text(until, in->screen->valid_until));
}

static const char *who(struct lull_dossier_writer *w)
{
	static const char *const sexes[] = { "", ", female", ", male", ", intersex" };
	const struct lull_patient *p = w->in->patient;
	const double age = lull_patient_age_y(p, w->in->on);
	char born[LULL_DAY_TEXT];
	return lull_dossier__text(w, "Record %s%s%s%s%s%s", p->id,
				  p->born != LULL_DAY_NONE ? ", born " : "",
				  p->born != LULL_DAY_NONE ? lull_day_text(born, p->born) : "",
				  isnan(age) ? "" : ", ", isnan(age) ? "" : lull_dossier__text(w, "%s years", lull_dossier__num(w, age, 0)),
				  sexes[p->sex]);
}

void lull_dossier__summary(struct lull_dossier_writer *w)
{
	const struct lull_dossier *in = w->in;
	if (w->rc != LULL_OK)
		return;
	put_verdict(w);
	lull_dossier__clinical_pairs(w);
	if (in->screen && in->screen->indication)
		lull_doc_pair(w->doc, "Indication", "%s", in->screen->indication->name);
	/* A plan that may go ahead stands in the box above. */
	if (in->plan && in->plan->status == LULL_PLAN_REFUSED)
		lull_doc_pair(w->doc, "Plan", "refused");
	else if (!in->plan)
		lull_doc_pair(w->doc, "Plan", "%s", in->plan_note ? in->plan_note : "none");
	if (in->patient->coverage.payer)
		lull_doc_pair(w->doc, "Payer", "%s", in->patient->coverage.payer);
	for (size_t i = 0; i < in->patient->n_goals; i++)
		lull_doc_pair(w->doc, i ? "" : "Patient's goals", "%s", in->patient->goals[i]);
}

/* ---- what to ask next -------------------------------------------------------------- */

enum { MAX_QUESTIONS_EACH = 5 };

void lull_dossier__questions(struct lull_dossier_writer *w)
{
	const struct lull_dossier *in = w->in;
	const size_t n_screen = in->screen ? in->screen->n_questions : 0;
	const size_t n_diary = in->classification && in->criteria ? in->classification->n_questions : 0;
	if (w->rc != LULL_OK || n_screen + n_diary == 0)
		return;
	lull_doc_heading(w->doc, 1, "What to ask next");
	for (size_t i = 0; i < n_screen && i < MAX_QUESTIONS_EACH; i++) {
		const struct lull_screen_question *q = &in->screen->questions[i];
		const struct lull_screen_rule *rule = q->first_rule ? lull_screening_rule(in->screening, q->first_rule) : NULL;
		const char *text = lull_question_text(in->screening, in->patient, in->screen, &q->basis, w->arena);
		if (!text)
			lull_dossier__fail(w, lull_nomem(w->err));
		lull_doc_question(w->doc, text, rule ? lull_dossier__text(w, "(%s)", rule->name) : NULL);
	}
	for (size_t i = 0; i < n_diary && i < MAX_QUESTIONS_EACH; i++)
		lull_doc_question(w->doc, in->criteria->questions[in->classification->questions[i]], "(diagnosis)");
	const size_t more = (n_screen > MAX_QUESTIONS_EACH ? n_screen - MAX_QUESTIONS_EACH : 0)
			    + (n_diary > MAX_QUESTIONS_EACH ? n_diary - MAX_QUESTIONS_EACH : 0);
	if (more)
		lull_doc_paragraph(w->doc, "%zu more questions stand behind these.", more);
}

/* ---- end --------------------------------------------------------------------------- */

void lull_dossier__endpoint(struct lull_dossier_writer *w)
{
	const struct lull_plan *plan = w->in->plan;
	if (w->rc != LULL_OK || !plan || plan->status == LULL_PLAN_REFUSED)
		return;
	lull_doc_heading(w->doc, 1, "Endpoint and stop rule");
	lull_sheet_list(w->doc, plan, LULL_LIST_RESPONSE);
	lull_sheet_list(w->doc, plan, LULL_LIST_STOP);
}

static void put_signature(struct lull_dossier_writer *w)
{
	if (w->rc != LULL_OK)
		return;
	lull_doc_heading(w->doc, 2, "Responsible clinician");
	lull_doc_paragraph(w->doc, "Name, signature, date: ________________________________________");
}

/* A letter of medical necessity asks for something; without a plan that may go ahead it is a consult letter. */
static bool asks(const struct lull_dossier *in)
{
	return in->screen && in->screen->verdict == LULL_VERDICT_NO_EXCLUSION && in->plan
	       && in->plan->status != LULL_PLAN_REFUSED && in->plan->n_sessions > 0;
}

int lull_dossier_build(const struct lull_dossier *in, struct lull_arena *arena, struct lull_document *out,
		       struct lull_err *err)
{
	struct lull_dossier_writer w = { .in = in, .doc = out, .arena = arena, .err = err };
	char on[LULL_DAY_TEXT];
	const struct lull_doc_head head = {
		.eyebrow = asks(in) ? "CONSULT LETTER AND LETTER OF MEDICAL NECESSITY" : "CONSULT LETTER",
		.title = in->screen && in->screen->indication
				 ? lull_dossier__text(&w, "Ketamine for %s", in->screen->indication->name)
				 : "Headache diary and diagnosis",
		.subject = who(&w),
		.date = lull_dossier__text(&w, "%s", lull_day_text(on, in->on)),
		.banner = in->patient->invented ? "INVENTED PATIENT" : NULL,
		.footer = "Ketamine for headache is off-label. Lull is not a cleared or certified medical device; it supports a "
			  "licensed clinician's decision and does not replace it.",
		.provenance = lull_dossier__text(&w, "Lull " LULL_VERSION ", knowledge %.12s", in->knowledge_hash),
		.paper = in->paper,
	};
	lull_doc_init(out, arena, &head);
	lull_dossier__summary(&w);
	lull_dossier__questions(&w);
	lull_dossier__diary(&w);
	lull_dossier__diagnosis(&w);
	lull_dossier__treatments(&w);
	lull_dossier__screen(&w);
	lull_dossier__plan(&w);
	lull_dossier__forecast(&w);
	lull_dossier__endpoint(&w);
	put_signature(&w);
	lull_doc_sources(out, in->sources);
	if (w.rc == LULL_OK && out->failed)
		w.rc = lull_nomem(err);
	return w.rc;
}
