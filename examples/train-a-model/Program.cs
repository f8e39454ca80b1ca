using Escale.Learning;
using Escale.Learning.Automatic;
using Escale.Learning.Explanations;
using Escale.Learning.Frames;

var customers = Frame.ReadCsv(args[0]);
var settings = new AutoMlSettings { TimeLimit = TimeSpan.FromSeconds(10) };
var result = AutoMl.Train(customers, target: "left", settings);

Console.WriteLine($"{result.Metric} on rows not seen, of {result.Trials} models:");
foreach (var entry in result.Leaderboard.Take(10))
{
    Console.WriteLine($"  {entry.Score:F4}  {entry.Name}");
}

var row = customers.Rows(new[] { 0 });
var prediction = result.Best.Predict(row);
Console.WriteLine($"The first customer: {prediction.Label(0)}, probability {prediction.Probability(0, prediction.ClassOf(0)):P0}, because of");
var contributions = ModelExplainer.Contributions(result.Best, row, background: customers);
foreach (var (name, value) in contributions.Names.Zip(contributions.Of(0).ToArray()).OrderByDescending(part => Math.Abs(part.Second)).Take(3))
{
    Console.WriteLine($"  {name} = {row[name].TextAt(0)}: {value:+0.000;-0.000}");
}

result.Best.Save("left.model");
var loaded = Model.Load("left.model");
Console.WriteLine($"Loaded: {loaded.Predict(row).Label(0)}, as before.");
using var onnx = File.Create("left.onnx");
loaded.ExportOnnx(onnx);
Console.WriteLine($"left.onnx: {onnx.Length / 1024} KB for any ONNX runtime.");
