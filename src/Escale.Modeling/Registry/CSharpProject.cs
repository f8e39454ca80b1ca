using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Escale.Kernel;
using Escale.Learning;
using Escale.Learning.Frames;
using Escale.Learning.Preparation;

namespace Escale.Modeling.Registry;

/// <summary>
/// A version as a C# project in a ZIP file: the model's own file, the library that reads it (one file, which needs nothing else) and a program that predicts a row and compares rows with Escale's answers.
/// </summary>
internal static class CSharpProject
{
    private const string Library = "Escale.Learning.dll";

    // Every name and value becomes a C# literal by this: what it escapes is what C# wants escaped, but for three ends of line.
    private static readonly JsonSerializerOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The file.</summary>
    /// <param name="version">The version.</param>
    /// <param name="model">Its model.</param>
    /// <param name="file">Its model as Escale's own file.</param>
    /// <param name="examples">Rows to compare by, with a value as a text for each column; null when none were kept.</param>
    public static byte[] Write(ModelVersion version, Model model, byte[] file, IReadOnlyDictionary<string, IReadOnlyList<string?>>? examples)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(archive, $"{version.Name}/Program.cs", Encoding.UTF8.GetBytes(Program(version, model, examples)));
            Add(archive, $"{version.Name}/{version.Name}.csproj", Encoding.UTF8.GetBytes(Project(version.Name)));
            Add(archive, $"{version.Name}/{version.Name}.escale", file);
            Add(archive, $"{version.Name}/rows.json", examples is { Count: > 0 } ? Rows(model, examples) : "[]"u8.ToArray());
            Add(archive, $"{version.Name}/{Library}", OfLibrary());
        }
        return bytes.ToArray();
    }

    private static void Add(ZipArchive archive, string name, byte[] content)
    {
        using var stream = archive.CreateEntry(name, CompressionLevel.Optimal).Open();
        stream.Write(content);
    }

    private static byte[] OfLibrary()
    {
        using var stream = typeof(CSharpProject).Assembly.GetManifestResourceStream(Library) ?? throw new EscaleException("modeling.nothing-to-export", $"This program was built without {Library}.", "Export ONNX instead.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static string Project(string name) =>
        $"""
        <Project Sdk="Microsoft.NET.Sdk">

          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
          </PropertyGroup>

          <ItemGroup>
            <Reference Include="Escale.Learning" HintPath="{Library}" />
            <None Include="{name}.escale;rows.json" CopyToOutputDirectory="PreserveNewest" />
          </ItemGroup>

        </Project>

        """;

    private static byte[] Rows(Model model, IReadOnlyDictionary<string, IReadOnlyList<string?>> examples)
    {
        var said = model.Predict(Judging.References.Rows(model, examples));
        return JsonSerializer.SerializeToUtf8Bytes(Enumerable.Range(0, said.RowCount).Select(row => new { columns = model.Schema.Columns.ToDictionary(column => column.Name, column => examples[column.Name][row]), escale = said.Row(row).ToArray() }), _json);
    }

    private static string Program(ModelVersion version, Model model, IReadOnlyDictionary<string, IReadOnlyList<string?>>? examples)
    {
        var cells = string.Concat(model.Schema.Columns.Select(column => $"row[{Literal(column.Name)}] = {Value(column, examples?.GetValueOrDefault(column.Name)?.FirstOrDefault(text => text is not null))};\n"));
        var says = model.Task == LearningTask.Regression
            ? $"Console.WriteLine({Literal(model.TargetName)} + \": \" + outputs[0]);"
            : "for (var at = 0; at < outputs.Length; at++)\n{\n    Console.WriteLine($\"{model.Classes[at]}: {outputs[at]:P1}\");\n}";
        return $$"""
            // {{version.Name}}, version {{version.Version}}: predicts {{Literal(model.TargetName)}}. Start it with: dotnet run
            using System.Globalization;
            using System.Text.Json;
            using Escale.Learning;
            using Escale.Learning.Frames;
            using Escale.Learning.Preparation;

            var model = Model.Load(Path.Combine(AppContext.BaseDirectory, {{Literal(version.Name + ".escale")}}));

            // A row is made once and used again (one for each thread); a column that is not set is missing.
            var row = model.NewRow();
            {{cells}}
            var outputs = new double[model.OutputCount];
            model.Predict(row, outputs);
            {{says}}

            // Rows with what Escale says of them: both must agree.
            var furthest = 0.0;
            var rows = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "rows.json"))).RootElement;
            foreach (var known in rows.EnumerateArray())
            {
                row.Clear();
                foreach (var column in model.Schema.Columns)
                {
                    row[column.Name] = Read(column, known.GetProperty("columns").GetProperty(column.Name).GetString());
                }
                model.Predict(row, outputs);
                for (var at = 0; at < outputs.Length; at++)
                {
                    furthest = Math.Max(furthest, Math.Abs(outputs[at] - known.GetProperty("escale")[at].GetDouble()));
                }
            }
            Console.WriteLine($"{rows.GetArrayLength()} rows compared with Escale: largest difference {furthest.ToString(CultureInfo.InvariantCulture)}");
            return furthest < 1e-9 ? 0 : 1;

            static Cell Read(ModelColumn column, string? text) => text is null ? Cell.Missing : column switch
            {
                { Kind: ColumnKind.Boolean } => bool.Parse(text),
                { Role: ColumnRole.Timestamp } => DateTime.Parse(text, CultureInfo.InvariantCulture),
                { Role: ColumnRole.Number } => double.Parse(text, CultureInfo.InvariantCulture),
                _ => text,
            };

            """;
    }

    // A value of the first example as C# writes it.
    private static string Value(ModelColumn column, string? text)
    {
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        return column switch
        {
            _ when text is null => "Cell.Missing",
            { Kind: ColumnKind.Boolean } => bool.TryParse(text, out var flag) && flag ? "true" : "false",
            { Role: ColumnRole.Timestamp } => DateTime.TryParse(text, culture, out var moment) ? $"new DateTime({moment.Year}, {moment.Month}, {moment.Day}, {moment.Hour}, {moment.Minute}, {moment.Second})" : "Cell.Missing",
            { Role: ColumnRole.Number } => double.TryParse(text, culture, out var number) && double.IsFinite(number) ? number.ToString("R", culture) + "d" : "Cell.Missing",
            _ => Literal(text),
        };
    }

    private static string Literal(string text) => JsonSerializer.Serialize(text, _json)
        .Replace("\u2028", "\\u2028", StringComparison.Ordinal).Replace("\u2029", "\\u2029", StringComparison.Ordinal).Replace("\u0085", "\\u0085", StringComparison.Ordinal);
}
