/* lull/report/dossier.h - the letter of one pathway: summary, counted days, diagnosis, treatments, screen, plan,
 * forecast, endpoint and stop rule, sources.
 *
 * Results in, a document out (report/doc.h), described once for terminal and paper. A part
 * that is NULL is left out or said to be missing; nothing is worked out here. Every
 * conclusion carries its source as a number and its trust mark. */
#ifndef LULL_REPORT_DOSSIER_H
#define LULL_REPORT_DOSSIER_H

#include "lull/base/sources.h"
#include "lull/care/forecast.h"
#include "lull/care/patient.h"
#include "lull/care/plan.h"
#include "lull/care/screen.h"
#include "lull/course/person.h"
#include "lull/headache/classify.h"
#include "lull/headache/refractory.h"
#include "lull/report/doc.h"

/* Everything is borrowed and must outlive the document. */
struct lull_dossier {
	const struct lull_patient *patient;              /* needed                        */
	lull_day on;                                     /* day of the letter, needed     */
	const struct lull_sources *sources;              /* needed                        */
	const char *knowledge_hash;                      /* needed                        */
	enum lull_paper paper;

	const struct lull_criteria *criteria;            /* with a diary                  */
	const struct lull_diary *diary;                  /* NULL: no diary was given      */
	const struct lull_classification *classification;
	const struct lull_classification *by_month[3];   /* the same diary by 28, 30, calendar; NULL */
	const struct lull_finding *diagnoses; size_t n_diagnoses; /* lull_classify_explain */
	size_t n_rows_rejected;                          /* of the diary's file           */

	const struct lull_refractory_rules *refractory_rules;
	const struct lull_treatment_history *treatments; /* with ingredients              */
	const struct lull_refractory *refractory;
	const struct lull_finding *definitions; size_t n_definitions; /* lull_refractory_explain */

	const struct lull_screening *screening;
	const struct lull_screen_request *screen_request;
	const struct lull_screen *screen;                /* NULL: not screened            */
	const struct lull_finding *red_flags;            /* lull_redflags_explain; NULL   */

	const struct lull_plan *plan;                    /* NULL: none                    */
	const char *plan_note;                           /* how it was chosen, or why there is none; NULL */

	const struct lull_plan_forecast *forecast;       /* NULL: none                    */
	const struct lull_course_priors *priors;         /* with a forecast               */
	const struct lull_effects *effects;              /* with a forecast               */
	const char *forecast_note;                       /* why there is none */
};

LULL_NODISCARD int lull_dossier_build(const struct lull_dossier *in, struct lull_arena *arena,
				      struct lull_document *out, struct lull_err *err);

#endif
