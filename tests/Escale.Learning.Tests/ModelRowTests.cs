using Escale.Learning.Linear;
using Escale.Learning.Preparation;
using Escale.Learning.Tests.Persistence;

namespace Escale.Learning.Tests;

public sealed class ModelRowTests
{
    [Fact]
    public void Predicting_a_row_allocates_nothing()
    {
        var model = ModelFileTests.Ensemble();
        var (row, outputs) = (model.NewRow(), new double[2]);
        for (var warm = 0; warm < 2; warm++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var repeat = 0; repeat < 100; repeat++)
            {
                row["age"] = 30 + repeat;
                row["income"] = 20_000.5f;
                row["city"] = "city 7";
                row["job"] = repeat % 2 == 0 ? "cook" : "never heard of";
                row["note"] = "happy with the fast delivery";
                row["visits"] = 3L;
                row["member"] = true;
                row["day"] = new DateTime(2024, 5, 6, 7, 8, 9);
                model.Predict(row, outputs);
                row.Clear();
                model.Predict(row, outputs);
            }
            Assert.True(warm == 0 || GC.GetAllocatedBytesForCurrentThread() == before, $"{GC.GetAllocatedBytesForCurrentThread() - before} bytes were allocated.");
        }
    }

    [Fact]
    public void A_row_set_by_hand_is_predicted_as_the_row_of_the_table()
    {
        var frame = RawTables.Mixed(400, seed: 21);
        var model = ModelFileTests.Ensemble();
        var (row, outputs) = (model.NewRow(), new double[2]);
        for (var at = 0; at < frame.RowCount; at++)
        {
            row.Clear();
            foreach (var column in model.Schema.Columns)
            {
                row[column.Name] = frame[column.Name].ValueAt(at) switch
                {
                    null => Cell.Missing,
                    double number => number,
                    float number => number,
                    long number => number,
                    bool value => value,
                    DateTime moment => moment,
                    var text => (string)text,
                };
            }
            model.Predict(row, outputs);
            Assert.Equal(model.Predict(frame.Rows(new[] { at })).Outputs.ToArray(), outputs);
        }
    }

    [Fact]
    public void Texts_are_read_as_what_the_column_was_learned_from_as()
    {
        var frame = RawTables.Mixed(300, seed: 22);
        var roles = ColumnRoles.Detect(frame, "bought").With("visits", ColumnRole.Category);
        var model = new Pipeline { Estimator = new LogisticRegression(), Roles = roles }.Fit(frame, "bought");
        Same(row => row["age"] = 42, row => row["age"] = " 42.0 ");
        Same(row => row["visits"] = 3, row => row["visits"] = "3");
        Same(row => row["member"] = true, row => row["member"] = "true");
        Same(row => row["member"] = true, row => row["member"] = 1);
        Same(row => row["day"] = new DateTime(2024, 5, 6), row => row["day"] = "2024-05-06");
        Same(row => row["day"] = "some day", _ => { });
        Same(row => row["city"] = "nowhere", row => row["city"] = "elsewhere");
        Differ(row => row["visits"] = 3, row => row["visits"] = 4);
        Differ(row => row["city"] = "nowhere", _ => { });

        void Same(Action<ModelRow> one, Action<ModelRow> other) => Assert.Equal(Predicted(one), Predicted(other));
        void Differ(Action<ModelRow> one, Action<ModelRow> other) => Assert.NotEqual(Predicted(one), Predicted(other));
        double[] Predicted(Action<ModelRow> fill)
        {
            var (row, outputs) = (model.NewRow(), new double[2]);
            fill(row);
            model.Predict(row, outputs);
            return outputs;
        }
    }

    [Fact]
    public void A_value_of_another_sort_and_a_column_that_is_not_there_are_named()
    {
        var row = ModelFileTests.Ensemble().NewRow();
        Refused("learning.not-a-number", "age", () => row["age"] = "old");
        Refused("learning.not-a-number", "age", () => row["age"] = new DateTime(2024, 1, 1));
        Refused("learning.not-a-moment", "day", () => row["day"] = 3);
        Refused("learning.column-unknown", "Age", () => row["Age"] = 3);
        Refused("learning.column-unknown", "shop", () => row["shop"] = "north");

        static void Refused(string code, string column, Action act)
        {
            var error = Assert.Throws<LearningException>(act);
            Assert.Equal((code, column), (error.Code, error.Column));
        }
    }

    [Fact]
    public void Columns_are_found_in_any_order_and_by_any_string_of_the_name()
    {
        var model = ModelFileTests.Ensemble();
        var (one, other) = (model.NewRow(), model.NewRow());
        var random = new Random(5);
        for (var repeat = 0; repeat < 200; repeat++)
        {
            var (age, city) = (20 + random.Next(60), "city " + random.Next(9));
            (one[model.Schema.IndexOf("age")], one[model.Schema.IndexOf("city")]) = (age, city);
            if (random.Next(2) == 0)
            {
                (other["age"], other["city"]) = (age, city);
            }
            else
            {
                (other[new string("city")], other[new string("age")]) = (city, age);
            }
            var (expected, outputs) = (new double[2], new double[2]);
            model.Predict(one, expected);
            model.Predict(other, outputs);
            Assert.Equal(expected, outputs);
        }
    }

    [Fact]
    public void A_row_of_another_model_is_refused() =>
        Assert.Throws<ArgumentException>(() => ModelFileTests.Ensemble().Predict(ModelFileTests.Ensemble().NewRow(), new double[2]));
}
