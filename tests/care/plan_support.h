/* Made-up people for the plan's tests: an adult on the day, with what a plan needs answered. */
#ifndef LULL_TEST_PLAN_SUPPORT_H
#define LULL_TEST_PLAN_SUPPORT_H

#include <math.h>

#include "lull/care/plan.h"
#include "support.h"

#define TEST_DAY 20779 /* 2026-11-22 */

struct test_person {
	struct lull_patient patient;
	struct lull_weight weights[2];
	struct lull_condition conditions[2];
};

static inline void test_person(struct test_person *p, double kg, double height_cm)
{
	lull_patient_init(&p->patient);
	p->weights[0] = (struct lull_weight){ .kg = kg, .day = TEST_DAY, .how = LULL_WEIGHT_MEASURED };
	p->conditions[0] = (struct lull_condition){ .id = "severe_renal_insufficiency", .answer = LULL_NO, .day = TEST_DAY };
	p->patient.id = "test";
	p->patient.invented = true;
	p->patient.born = lull_day_from_ymd(1984, 3, 2);
	p->patient.sex = LULL_SEX_FEMALE;
	p->patient.height_cm = height_cm;
	p->patient.weights = p->weights;
	p->patient.n_weights = 1;
	p->patient.conditions = p->conditions;
	p->patient.n_conditions = 1;
	p->patient.ketamine.any = LULL_NO;
}

#endif
