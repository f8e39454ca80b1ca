using Escale.Learning.Networks;
using Escale.Learning.Tests.Conformance;

namespace Escale.Learning.Tests.Networks;

public sealed class NetworkTrainingTests
{
    [Theory]
    [InlineData(LearningTask.Regression, Activation.Silu)]
    [InlineData(LearningTask.Regression, Activation.Relu)]
    [InlineData(LearningTask.Binary, Activation.Silu)]
    [InlineData(LearningTask.Multiclass, Activation.Silu)]
    public void Derivatives_are_those_of_the_loss(LearningTask task, Activation activation)
    {
        var (features, target) = Samples.Table(task, FeatureStyle.Scaled, 40);
        var weights = Enumerable.Range(0, 40).Select(row => 0.5 + row % 4).ToArray();
        var encoder = InputEncoder.Fit(features, 4);
        var shape = new NetworkShape(encoder.Count, 9, 2, task == LearningTask.Multiclass ? 3 : 1);
        var data = new NetworkData(task, encoder, NetworkRows.Of(features, target, weights, TargetScale.Of(target, weights)), null);
        using var training = new NetworkTraining(shape, new NetworkSettings(activation, 1, 40, 0, 0.01, 0, 0, 0), data, 0, 7);
        var parameters = training.Begin();
        var random = new Random(4);
        foreach (ref var scale in parameters.AsSpan(shape.Scales, shape.Inputs))
        {
            scale = 0.5f + random.NextSingle();
        }
        var gradients = training.Derivatives(parameters).Gradients;
        var checkedCount = 0;
        foreach (var at in Enumerable.Range(0, shape.Count).Where(at => gradients[at] != 0).OrderBy(_ => random.Next()).Take(150))
        {
            const float Step = 2e-3f;
            var (more, less) = ((float[])parameters.Clone(), (float[])parameters.Clone());
            (more[at], less[at]) = (more[at] + Step, less[at] - Step);
            var slope = (training.Derivatives(more).Loss - training.Derivatives(less).Loss) / (more[at] - less[at]);
            Assert.Equal(slope, gradients[at], 2e-3 + 0.02 * Math.Abs(slope));
            checkedCount++;
        }
        Assert.Equal(150, checkedCount);
        Assert.Contains(gradients[shape.Scales..(shape.Scales + shape.Inputs)], gradient => Math.Abs(gradient) > 0.01);
    }

    [Fact]
    public void Smoothing_of_labels_moves_the_derivatives_as_a_mixture_of_labels_does()
    {
        var (features, target) = Samples.Table(LearningTask.Multiclass, FeatureStyle.Scaled, 30);
        float[] Of(double smoothing, Target labels)
        {
            var encoder = InputEncoder.Fit(features, 4);
            var shape = new NetworkShape(encoder.Count, 8, 1, 3);
            var data = new NetworkData(LearningTask.Multiclass, encoder, NetworkRows.Of(features, labels, [], new TargetScale(0, 1)), null);
            using var training = new NetworkTraining(shape, new NetworkSettings(Activation.Silu, 1, 30, 0, 0.01, 0, 0, smoothing), data, 0, 7);
            training.Begin();
            return training.Derivatives(new NetworkParameters(shape).Some(5)).Gradients;
        }
        Target Turned(int by) => Target.OfClasses([.. target.Values.ToArray().Select(label => ((int)label + by) % 3)], target.Classes);
        var (plain, smooth) = (Of(0, target), Of(0.3, target));
        var (second, third) = (Of(0, Turned(1)), Of(0, Turned(2)));
        for (var at = 0; at < plain.Length; at++)
        {
            Assert.Equal(0.8 * plain[at] + 0.1 * second[at] + 0.1 * third[at], smooth[at], 1e-5);
        }
    }

    /// <summary>Parameters by chance, padding zero.</summary>
    private sealed class NetworkParameters(NetworkShape shape)
    {
        public float[] Some(int seed)
        {
            var (random, parameters) = (new Random(seed), new float[shape.Count]);
            for (var layer = 0; layer < shape.Layers; layer++)
            {
                for (var at = 0; at < (shape.In(layer) + 1) * shape.Out(layer); at++)
                {
                    parameters[shape.Weights(layer) + at / shape.Out(layer) * shape.Stride(layer) + at % shape.Out(layer)] = random.NextSingle() - 0.5f;
                }
            }
            parameters.AsSpan(shape.Scales, shape.Inputs).Fill(1);
            return parameters;
        }
    }
}
