using Escale.Learning.Frames;
using Escale.Learning.Persistence;

namespace Escale.Learning.Preparation.Encoders;

/// <summary>Makes features of one raw column, as it was fitted on the training rows. Immutable.</summary>
internal abstract class ColumnEncoder(int input, IReadOnlyList<Feature> features)
{
    /// <summary>Which of the preparation's inputs it reads.</summary>
    public int Input { get; private set; } = input;

    /// <summary>What it makes.</summary>
    public IReadOnlyList<Feature> Features { get; } = features;

    public abstract string Kind { get; }

    /// <summary>The features of every row, a column each.</summary>
    public abstract ReadOnlyMemory<float>[] Encode(Column column);

    /// <summary>The features of one value: the same bits. Allocates nothing.</summary>
    public abstract void EncodeRow(in CellValue cell, Span<float> features);

    /// <summary>The same, reading another input.</summary>
    public ColumnEncoder At(int input)
    {
        var copy = (ColumnEncoder)MemberwiseClone();
        copy.Input = input;
        return copy;
    }

    public void Save(SavedNode node)
    {
        node.Set("input", Input);
        foreach (var feature in Features)
        {
            var child = node.AddTo("features", "feature");
            child.Set("name", feature.Name);
            if (feature.Levels is { } levels)
            {
                child.Set("levels", levels);
            }
        }
        SaveOwn(node);
    }

    public static ColumnEncoder Load(SavedNode node, IReadOnlyList<ModelColumn> inputs)
    {
        var input = node.Int("input", 0, inputs.Count - 1);
        Feature[] features = [.. node.Children("features").Select(child => new Feature(child.Text("name"), child.Has("levels") ? child.Texts("levels") : null, inputs[input].Name))];
        return node.Kind switch
        {
            NumberEncoder.KindName => NumberEncoder.Load(node, input, features),
            LevelEncoder.KindName => LevelEncoder.Load(node, input, features),
            MomentEncoder.KindName => MomentEncoder.Load(node, input, features),
            TextEncoder.KindName => TextEncoder.Load(node, input, features),
            _ => throw SavedNode.Damaged($"'{node.Kind}' is no encoder of columns"),
        };
    }

    protected abstract void SaveOwn(SavedNode node);

    protected static void CheckCount(IReadOnlyList<Feature> features, int expected)
    {
        if (features.Count != expected)
        {
            throw SavedNode.Damaged($"an encoder has {features.Count} features where {expected} belong");
        }
    }

    /// <summary>As many columns as features, to be written.</summary>
    protected float[][] NewColumns(int rows) => [.. Features.Select(_ => GC.AllocateUninitializedArray<float>(rows))];

    protected static ReadOnlyMemory<float>[] Done(float[][] columns) => Array.ConvertAll(columns, column => (ReadOnlyMemory<float>)column);
}
