namespace Escale.Learning.Preparation.Encoders;

/// <summary>What every encoder is fitted with.</summary>
internal sealed record FitContext(FeatureStyle Style, PreparationSettings Settings, Target Target, int Seed);
