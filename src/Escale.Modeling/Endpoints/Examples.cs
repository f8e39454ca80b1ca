using System.Text.Encodings.Web;
using System.Text.Json;

namespace Escale.Modeling.Endpoints;

/// <summary>How to ask an endpoint, in several languages, with a row like those of training.</summary>
internal static class Examples
{
    private static readonly JsonSerializerOptions _line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The name of each language with the code.</summary>
    public static IEnumerable<(string Name, string Code)> Of(EndpointReport report)
    {
        var row = JsonSerializer.Serialize(TryForm.Example(report.Fields, report.Reference), _line);
        yield return ("curl", $"curl -H \"Authorization: Bearer $KEY\" -H \"Content-Type: application/json\" \\\n  -d '{row.Replace("'", "'\\''", StringComparison.Ordinal)}' \\\n  {report.Address}");
        yield return ("Python", $"import json, os, requests\n\nrow = json.loads(r'''{row.Replace("'''", "\\u0027\\u0027\\u0027", StringComparison.Ordinal)}''')\nanswer = requests.post(\"{report.Address}\", json=row, headers={{\"Authorization\": f\"Bearer {{os.environ['KEY']}}\"}})\nanswer.raise_for_status()\nprint(answer.json()[\"prediction\"])");
        yield return ("C#", $"using System.Net.Http.Json;\nusing System.Text.Json;\n\nusing var http = new HttpClient();\nhttp.DefaultRequestHeaders.Authorization = new(\"Bearer\", Environment.GetEnvironmentVariable(\"KEY\"));\nvar row = \"\"\"\n    {row}\n    \"\"\";\nusing var answer = await http.PostAsync(\"{report.Address}\", new StringContent(row, null, \"application/json\"));\nvar said = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();\nConsole.WriteLine(said.GetProperty(\"prediction\"));");
        yield return ("JavaScript", $"const answer = await fetch(\"{report.Address}\", {{\n  method: \"POST\",\n  headers: {{ Authorization: `Bearer ${{process.env.KEY}}`, \"Content-Type\": \"application/json\" }},\n  body: JSON.stringify({row}),\n}});\nconsole.log((await answer.json()).prediction);");
    }
}
