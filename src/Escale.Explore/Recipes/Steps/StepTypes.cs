namespace Escale.Explore.Recipes;

/// <summary>A type of step.</summary>
/// <param name="Write">Its SELECT over the rows before it; null when it leaves them as they are.</param>
internal sealed record StepType(Func<StepWriter, string?> Write)
{
    /// <summary>Whether a step of it needs the rows in their order.</summary>
    public Func<RecipeStep, bool> NeedsOrder { get; init; } = _ => false;
}

/// <summary>All types of steps, by the word in the file.</summary>
internal static class StepTypes
{
    /// <summary>The types.</summary>
    public static IReadOnlyDictionary<string, StepType> All { get; } = new Dictionary<string, StepType>(StringComparer.Ordinal)
    {
        ["rename"] = new(ColumnSteps.Rename),
        ["drop_columns"] = new(ColumnSteps.Drop),
        ["keep_columns"] = new(ColumnSteps.Keep),
        ["cast"] = new(ColumnSteps.Cast),
        ["derive"] = new(ColumnSteps.Derive),
        ["one_hot"] = new(ColumnSteps.OneHot),
        ["parse_date"] = new(ReadingSteps.Date),
        ["parse_number"] = new(ReadingSteps.Number),
        ["trim"] = new(TextSteps.Trim),
        ["case"] = new(TextSteps.Case),
        ["normalise"] = new(TextSteps.Normalise),
        ["replace"] = new(TextSteps.Replace),
        ["map"] = new(TextSteps.Map),
        ["cluster"] = new(TextSteps.Map),
        ["split"] = new(PartSteps.Split),
        ["merge"] = new(PartSteps.Merge),
        ["extract"] = new(PartSteps.Extract),
        ["fill"] = new(FillStep.Write) { NeedsOrder = step => FillStep.IsForward(step) && step.Settings["order"] is null },
        ["outliers"] = new(NumberSteps.Outliers),
        ["bin"] = new(NumberSteps.Bin),
        ["scale"] = new(NumberSteps.Scale),
        ["drop_rows"] = new(RowSteps.DropRows),
        ["filter"] = new(RowSteps.Filter),
        ["deduplicate"] = new(DeduplicateStep.Write) { NeedsOrder = DeduplicateStep.IsByOrder },
        ["sample"] = new(RowSteps.Sample),
        ["sort"] = new(RowSteps.Sort),
        ["edit"] = new(EditStep.Write),
        ["join"] = new(TableSteps.Join),
        ["append"] = new(TableSteps.Append),
        ["group"] = new(TableSteps.Group),
        ["pivot"] = new(TableSteps.Pivot),
        ["unpivot"] = new(TableSteps.Unpivot),
    };
}
