using System.Globalization;
using System.Net;
using System.Text;
using PortOfDakar.Traffic;
using PortOfDakar.Truth;

namespace PortOfDakar.Sources;

/// <summary>
/// The port's public page of berth occupancy, one page a month with a link to the next: French names, local time, decimal commas.
/// A stay over the turn of a month stands on both pages. <c>robots.txt</c> keeps robots out of <c>/admin</c>.
/// </summary>
internal sealed class BerthPages
{
    private readonly DateTime _now;
    private readonly Faults _faults;
    private readonly List<PortCall> _stays;
    private int _trespasses;

    public BerthPages(SimulatorOptions options, IReadOnlyList<PortCall> calls, Faults faults, TruthFile truth)
    {
        (_now, _faults) = (options.Now, faults);
        _stays = [.. calls.Where(c => Entered(c, c.Berthed)).OrderBy(c => c.Berthed)];
        truth.Describe("berths.repeated", "repaired", "silver.berth_stays", "one row per call");
        truth.Describe("berths.misspelt", "repaired", "silver.berth_stays", "names are compared without case, accents and outer spaces");
        var rows = 0;
        for (var month = SimulatorOptions.Start; month < _now; month = month.AddMonths(1))
        {
            foreach (var stay in On(month))
            {
                rows++;
                if (stay.Berthed < month)
                {
                    truth.Add("berths.repeated", stay.Id);
                }
                else if (_faults.IsMisspelt(stay.Number))
                {
                    truth.Add("berths.misspelt", stay.Id);
                }
            }
        }

        truth.Expect("bronze.berth_occupancy", rows);
        truth.Expect("silver.berth_stays", _stays.Count);
    }

    /// <summary>How often a robot went where robots.txt forbids it.</summary>
    public int Trespasses => _trespasses;

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/robots.txt", () => Results.Text("User-agent: *\nDisallow: /admin/\n"));
        endpoints.MapGet("/admin/{**page}", () =>
        {
            Interlocked.Increment(ref _trespasses);
            return Results.StatusCode(403);
        });
        endpoints.MapGet("/berths", () => Results.Redirect($"/berths/{SimulatorOptions.Start:yyyy-MM}"));
        endpoints.MapGet("/berths/{month}", (string month) =>
            DateTime.TryParseExact(month, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var first)
            && first >= SimulatorOptions.Start && first < _now
                ? Results.Content(Page(first), "text/html; charset=utf-8")
                : Results.NotFound());
    }

    private IEnumerable<PortCall> On(DateTime month) =>
        _stays.Where(s => s.Berthed < month.AddMonths(1) && (s.Berthed >= month || !Entered(s, s.Sailed) || s.Sailed >= month));

    private bool Entered(PortCall call, DateTime at) => at.AddMinutes(call.ReportingMinutes) <= _now;

    private string Page(DateTime month)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"""
            <!doctype html>
            <html lang="fr">
            <head><meta charset="utf-8"><title>Port de Dakar - occupation des postes à quai, {month:MM/yyyy}</title></head>
            <body>
            <nav><a href="/berths">Accueil</a> <a href="/admin/export?month={month:yyyy-MM}">Administration</a></nav>
            <h1>Occupation des postes à quai</h1>
            <table id="occupation">
            <thead><tr><th>Poste</th><th>Terminal</th><th>Navire</th><th>Escale</th><th>Accosté le</th><th>Appareillé le</th><th>Tirant d'eau</th></tr></thead>
            <tbody>

            """);
        foreach (var stay in On(month))
        {
            Row(html, stay);
        }

        html.Append("</tbody>\n</table>\n");
        if (month.AddMonths(1) < _now)
        {
            html.Append(CultureInfo.InvariantCulture, $"<a rel=\"next\" class=\"suivant\" href=\"/berths/{month.AddMonths(1):yyyy-MM}\">Mois suivant</a>\n");
        }

        return html.Append("</body>\n</html>\n").ToString();
    }

    private void Row(StringBuilder html, PortCall stay)
    {
        var name = _faults.IsMisspelt(stay.Number) ? stay.Terminal.Misspellings.ElementAt(stay.Number % 3) : stay.Terminal.FrenchName;
        var left = Entered(stay, stay.Sailed) ? Local(stay.Sailed) : "à quai";
        html.Append(CultureInfo.InvariantCulture, $"<tr><td>{stay.Berth.Code}</td><td>{name}</td><td>{WebUtility.HtmlEncode(stay.Vessel.Name)}</td>")
            .Append(CultureInfo.InvariantCulture, $"<td><a href=\"/admin/escales/{stay.Id}\">{stay.Id}</a></td><td>{Local(stay.Berthed)}</td><td>{left}</td>")
            .Append(CultureInfo.InvariantCulture, $"<td>{stay.DraughtM.ToString("0.0", CultureInfo.InvariantCulture).Replace('.', ',')} m</td></tr>\n");
    }

    // Dakar keeps UTC all year.
    private static string Local(DateTime time) => time.ToString("dd/MM/yyyy HH:mm", CultureInfo.InvariantCulture);
}
