using System.Globalization;
using Escale.Learning.Boosting;

namespace Escale.Learning.Bench;

/// <summary>Settings given as NAME=VALUE on the command line.</summary>
internal static class SettingsOf
{
    /// <summary>The settings that LightGBM has by default and in the peers' benchmarks of speed.</summary>
    public static readonly GradientBoosting LikeLightGbm = new()
    {
        LearningRate = 0.1, MinLeafRows = 20, L2 = 0, PathSmoothing = 0, FeatureSharePerNode = 1, CategorySmoothing = 10, CategoryL2 = 10,
    };

    /// <summary>These settings, with those named changed.</summary>
    public static GradientBoosting Boosting(IEnumerable<string> arguments, GradientBoosting settings)
    {
        var changed = settings with { };
        foreach (var pair in arguments.Where(argument => argument.Contains('=')).Select(argument => argument.Split('=')))
        {
            var property = typeof(GradientBoosting).GetProperty(pair[0]) ?? throw new ArgumentException($"Boosting has no setting '{pair[0]}'.");
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            property.SetValue(changed, Convert.ChangeType(pair[1], type, CultureInfo.InvariantCulture));
        }
        return changed;
    }
}
