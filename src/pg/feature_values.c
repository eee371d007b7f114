/*
 * feature_values.c
 *		Which types are features, and how one value of such a type is read.
 */
#include "coupon.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"

#include "pg/feature_values.h"

int
feature_class(Oid type)
{
	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
			return COLUMN_NUMBER;
		case BOOLOID:
			return COLUMN_BOOLEAN;
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case NAMEOID:
			return COLUMN_CATEGORY;
		case FLOAT4ARRAYOID:
		case FLOAT8ARRAYOID:
			return COLUMN_ARRAY;
		default:
			return type_is_enum(type) ? COLUMN_CATEGORY : 0;
	}
}

void
feature_unusable(const char *name, Oid type)
{
	const char *hint;

	if (type == TIMESTAMPOID || type == TIMESTAMPTZOID || type == DATEOID || type == TIMEOID ||
		type == INTERVALOID)
		hint = "Pass a number instead, such as extract(epoch from ...) or days since a date, or leave the column out with option \"exclude\".";
	else if (type_is_array(type))
		hint = "Cast it to float8[], or leave the column out with option \"exclude\".";
	else
		hint = "Cast it to a number, a boolean or text, or leave the column out with option \"exclude\".";
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("feature \"%s\" has type %s, which is neither number, boolean, category nor array of numbers",
					name, format_type_be(type)),
			 errhint("%s", hint)));
}

static void
not_finite(const char *name, double number)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("feature \"%s\" is %s, not a finite number", name,
					isnan(number) ? "NaN" : "infinite"),
			 errhint("Pass NULL for what is not known.")));
}

double
feature_number(Datum datum, const FeatureSource *source)
{
	double		number;

	switch (source->type)
	{
		case INT2OID:
			return DatumGetInt16(datum);
		case INT4OID:
			return DatumGetInt32(datum);
		case INT8OID:
			return (double) DatumGetInt64(datum);
		case FLOAT4OID:
			number = DatumGetFloat4(datum);
			break;
		case FLOAT8OID:
			number = DatumGetFloat8(datum);
			break;
		default:
			number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, datum));
			break;
	}
	if (unlikely(!isfinite(number)))
		not_finite(source->name, number);

	return number;
}

void
feature_category(Datum datum, const FeatureSource *source, FeatureValue *value)
{
	if (source->type == TEXTOID || source->type == VARCHAROID || source->type == BPCHAROID)
	{
		text	   *string = DatumGetTextPP(datum);

		value->text = VARDATA_ANY(string);
		value->length = VARSIZE_ANY_EXHDR(string);
		/* the blanks that pad char(n) mean nothing */
		if (source->type == BPCHAROID)
			while (value->length > 0 && value->text[value->length - 1] == ' ')
				value->length--;
	}
	else
	{
		Oid			output;
		bool		isvarlena;

		getTypeOutputInfo(source->type, &output, &isvarlena);
		value->text = OidOutputFunctionCall(output, datum);
		value->length = strlen(value->text);
	}
}

/* Room for n elements. */
static double *
scratch_of(FeatureReader *reader, int s, int n)
{
	if (n > reader->scratch_room[s])
	{
		reader->scratch[s] = MemoryContextAlloc(reader->context, sizeof(double) * n);
		reader->scratch_room[s] = n;
	}

	return (double *) reader->scratch[s];
}

/* An array some of whose elements are null: these are missing. */
static void
array_with_holes(FeatureReader *reader, int s, ArrayType *array, int n)
{
	double	   *elements = scratch_of(reader, s, n);
	const bits8 *there = ARR_NULLBITMAP(array);
	const char *data = ARR_DATA_PTR(array);
	bool		wide = ARR_ELEMTYPE(array) == FLOAT8OID;

	for (int i = 0; i < n; i++)
	{
		elements[i] = NAN;
		if (!(there[i / 8] & (1 << i % 8)))
			continue;
		elements[i] = wide ? *(const float8 *) data : *(const float4 *) data;
		data += wide ? sizeof(float8) : sizeof(float4);
		if (unlikely(!isfinite(elements[i])))
			not_finite(reader->sources[s].name, elements[i]);
	}
	reader->values[s].length = n;
	reader->values[s].elements = elements;
}

void
feature_array(FeatureReader *reader, int s, Datum datum)
{
	const FeatureSource *source = &reader->sources[s];
	FeatureValue *value = &reader->values[s];
	ArrayType  *array = DatumGetArrayTypeP(datum);
	int			n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));

	if (ARR_NDIM(array) > 1)
		bad_argument("feature \"%s\" must be a one-dimensional array", source->name);
	if (ARR_HASNULL(array) && reader->holes)
	{
		array_with_holes(reader, s, array, n);
		value->missing = n == 0;
		return;
	}
	if (ARR_HASNULL(array) && array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("array feature \"%s\" must not contain nulls", source->name),
				 errhint("Pass NULL for the whole array, or separate columns.")));
	value->length = n;
	if (ARR_ELEMTYPE(array) == FLOAT8OID)
		value->elements = (const double *) ARR_DATA_PTR(array);
	else
	{
		double	   *elements = scratch_of(reader, s, n);

		for (int i = 0; i < n; i++)
			elements[i] = ((const float4 *) ARR_DATA_PTR(array))[i];
		value->elements = elements;
	}
	for (int i = 0; i < n; i++)
		if (unlikely(!isfinite(value->elements[i])))
			not_finite(source->name, value->elements[i]);
	/* an empty array tells nothing */
	value->missing = n == 0;
}
