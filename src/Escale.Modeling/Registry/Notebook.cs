using System.Text.Encodings.Web;
using System.Text.Json;
using Escale.Learning;

namespace Escale.Modeling.Registry;

/// <summary>A version as a Jupyter notebook: the model as ONNX within it, a function that predicts a pandas table, and rows with Escale's own answers to compare with.</summary>
internal static class Notebook
{
    private const int Width = 120;

    private static readonly JsonSerializerOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true };

    /// <summary>The notebook.</summary>
    /// <param name="version">The version.</param>
    /// <param name="model">Its model.</param>
    /// <param name="examples">Rows to compare by, with a value as a text for each column; null when none were kept.</param>
    /// <exception cref="Escale.Kernel.EscaleException"><c>learning.onnx-*</c>.</exception>
    public static byte[] Write(ModelVersion version, Model model, IReadOnlyDictionary<string, IReadOnlyList<string?>>? examples = null)
    {
        using var onnx = new MemoryStream();
        ModelFormats.ToOnnx(model, onnx);
        var cells = new List<object>
        {
            Markdown($"# {version.Name}, version {version.Version}\n\nPredicts `{model.TargetName}`. Needs `pip install onnxruntime pandas numpy`. The model is in this notebook; nothing is fetched."),
            Code(Model(Convert.ToBase64String(onnx.GetBuffer(), 0, (int)onnx.Length))),
            Code(Predict(model)),
        };
        if (examples is { Count: > 0 })
        {
            cells.Add(Markdown("Rows with what Escale says of them: both must agree."));
            cells.Add(Code(Compare(model, examples)));
        }
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            cells, metadata = new { kernelspec = new { display_name = "Python 3", language = "python", name = "python3" }, language_info = new { name = "python" } }, nbformat = 4, nbformat_minor = 5,
        }, _json);
    }

    private static string Model(string base64)
    {
        var lines = Enumerable.Range(0, (base64.Length + Width - 1) / Width).Select(at => $"    \"{base64.Substring(at * Width, Math.Min(Width, base64.Length - at * Width))}\"");
        return $"import base64\nimport numpy as np\nimport onnxruntime\nimport pandas as pd\n\nmodel = onnxruntime.InferenceSession(base64.b64decode(\n{string.Join('\n', lines)}\n))\ninputs = {{one.name: one.type for one in model.get_inputs()}}\ninputs";
    }

    private static string Predict(Model model) =>
        """
        def column(values, kind):
            if "string" in kind:
                return np.array(["" if pd.isna(value) else str(value) for value in values], dtype=object).reshape(-1, 1)
            if "int64" in kind:  # microseconds since 1970
                moments = pd.to_datetime(values)
                return np.where(moments.isna(), np.iinfo(np.int64).min, moments.astype("datetime64[us]").astype("int64")).reshape(-1, 1)
            numbers = pd.to_numeric(pd.Series(values).replace({"True": 1, "False": 0, True: 1, False: 0})).to_numpy(dtype=np.float64)
            return numbers.astype(np.float32 if kind == "tensor(float)" else np.float64).reshape(-1, 1)


        def predict(rows):
            "Predicts the rows of a pandas table that has a column for each input."
            fed = {name: column(rows[name], kind) for name, kind in inputs.items()}
        """ + (model.Task == LearningTask.Regression
            ? "\n    return model.run([\"variable\"], fed)[0].ravel()"
            : $"\n    labels, probabilities = model.run([\"label\", \"probabilities\"], fed)\n    return pd.DataFrame(probabilities, columns={JsonSerializer.Serialize(model.Classes, _json).ReplaceLineEndings("")}).assign(label=labels)");

    private static string Compare(Model model, IReadOnlyDictionary<string, IReadOnlyList<string?>> examples)
    {
        var said = model.Predict(Judging.References.Rows(model, examples));
        var numbers = Enumerable.Range(0, said.RowCount).Select(row => said.Row(row).ToArray());
        var rows = JsonSerializer.Serialize(examples, _json).ReplaceLineEndings("");
        var compared = model.Task == LearningTask.Regression ? "predict(rows).reshape(-1, 1)" : "predict(rows).drop(columns=\"label\").to_numpy()";
        return $"import json\n\nrows = pd.DataFrame(json.loads({JsonSerializer.Serialize(rows, _json)}))\nescale = np.array({JsonSerializer.Serialize(numbers).ReplaceLineEndings("")})\ndifference = np.abs({compared} - escale) / np.maximum(1, np.abs(escale))\nassert difference.max() < 1e-3, difference.max()\npredict(rows)";
    }

    private static object Markdown(string text) => new { cell_type = "markdown", id = Id(text), metadata = new { }, source = Lines(text) };

    private static object Code(string text) => new { cell_type = "code", id = Id(text), metadata = new { }, execution_count = (int?)null, outputs = Array.Empty<object>(), source = Lines(text) };

    private static string[] Lines(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        return [.. lines.Select((line, at) => at == lines.Length - 1 ? line : line + "\n")];
    }

    private static string Id(string text) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)).AsSpan(0, 4));
}
