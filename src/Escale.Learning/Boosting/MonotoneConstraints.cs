using System.Collections.Immutable;

namespace Escale.Learning.Boosting;

/// <summary>Which features may only raise, or only lower, the prediction (or the probability of the second class) as they grow. Immutable; equal when they say the same.</summary>
public sealed class MonotoneConstraints : IEquatable<MonotoneConstraints>
{
    /// <summary>No constraint.</summary>
    public static readonly MonotoneConstraints None = new(ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal));

    private readonly ImmutableSortedDictionary<string, int> _directions;

    private MonotoneConstraints(ImmutableSortedDictionary<string, int> directions) => _directions = directions;

    /// <summary>1 (rising) or −1 (falling) by the name of the feature.</summary>
    public IReadOnlyDictionary<string, int> Directions => _directions;

    /// <summary>These, and features that may only raise the prediction.</summary>
    public MonotoneConstraints Rising(params IEnumerable<string> features) => With(features, 1);

    /// <summary>These, and features that may only lower the prediction.</summary>
    public MonotoneConstraints Falling(params IEnumerable<string> features) => With(features, -1);

    /// <inheritdoc/>
    public bool Equals(MonotoneConstraints? other) => other is not null && _directions.SequenceEqual(other._directions);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MonotoneConstraints);

    /// <inheritdoc/>
    public override int GetHashCode() => _directions.Aggregate(0, (hash, pair) => HashCode.Combine(hash, pair.Key, pair.Value));

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", _directions.Select(pair => pair.Key + (pair.Value > 0 ? " rising" : " falling")));

    /// <summary>The direction of each feature, 0 for none; null when there is no constraint.</summary>
    internal sbyte[]? For(IReadOnlyList<Feature> features)
    {
        if (_directions.IsEmpty)
        {
            return null;
        }
        var directions = new sbyte[features.Count];
        foreach (var (name, direction) in _directions)
        {
            var at = Enumerable.Range(0, features.Count).FirstOrDefault(feature => features[feature].Name == name, -1);
            if (at < 0)
            {
                throw new LearningException("learning.bad-constraint", $"There is no feature '{name}' to keep monotone.", "Name a feature that the model is given.", name);
            }
            if (features[at].IsCategory)
            {
                throw new LearningException("learning.bad-constraint", $"The feature '{name}' is a category: it does not rise or fall.", "Constrain numbers only.", name);
            }
            directions[at] = (sbyte)direction;
        }
        return directions;
    }

    private MonotoneConstraints With(IEnumerable<string> features, int direction) =>
        new(_directions.SetItems(features.Select(feature => KeyValuePair.Create(feature, direction))));
}
