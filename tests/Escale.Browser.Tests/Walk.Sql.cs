using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Escale.Browser.Tests;

/// <content>The SQL editor.</content>
internal sealed partial class Walk
{
    private ILocator Code => page.Locator(".cm-content");

    private ILocator Status => page.Locator(".sql-status");

    public async Task AskInSqlAsync()
    {
        await EnterAsync("/sql");
        await Expect(page.Locator(".sql-tables summary").First).ToBeVisibleAsync();
        await LookAsync("sql-empty");
        await CompleteAsync();
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator(".sql-result-bar .quiet")).ToHaveTextAsync(Rows(5));
        await Expect(Status).ToContainTextAsync("DuckDB");
        await LookAsync("sql");
        await page.SelectOptionAsync(".sql-result-bar select", "bar");
        await Expect(page.Locator(".sql-rows canvas")).ToBeVisibleAsync();
        await LookAsync("sql-chart");
        await ErrAsync();
        await GiveAParameterAsync();
        await StopAsync();
        await TakeUpAsync();
        await KeepAsync();
    }

    // What is typed is completed with the tables and columns that there are.
    private async Task CompleteAsync()
    {
        await Code.ClickAsync();
        await page.Keyboard.TypeAsync("select quay, count(*) as calls from gold.ca");
        await page.Locator(".cm-tooltip-autocomplete li", new() { HasText = "calls" }).First.ClickAsync();
        await Expect(Code).ToContainTextAsync("from gold.calls");
        await page.Keyboard.InsertTextAsync(" group by all order by 2 desc");
    }

    private async Task ErrAsync()
    {
        await WriteAsync("select quay,", "  qay", "from gold.calls");
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator(".cm-lintRange-error")).ToHaveTextAsync("qay");
        await Expect(page.Locator(".sql-results [role=alert]")).ToContainTextAsync(Say("Line 2, column 3", "Ligne 2, colonne 3"));
        await LookAsync("sql-error");
    }

    private async Task GiveAParameterAsync()
    {
        await WriteAsync("select count(*) as n from gold.calls where quay = :quay");
        await page.FillAsync(".sql-parameters [name=quay]", "Môle 1");
        await page.PressAsync(".sql-parameters [name=quay]", "Enter");
        await Expect(Cell(1, 0)).ToHaveTextAsync(FourThousand());
        await LookAsync("sql-parameter");
    }

    private async Task StopAsync()
    {
        await WriteAsync("select count(*) from range(10000000) a(x), range(10000000) b(y) where x * y % 7 = 3");
        await page.Keyboard.PressAsync("Control+Enter");
        await Button("Stop", "Arrêter").ClickAsync();
        await Expect(Status).ToHaveTextAsync(Say("Stopped", "Arrêtée"));
    }

    private async Task TakeUpAsync()
    {
        await Button("History", "Historique").ClickAsync();
        await Expect(page.Locator(".sql-history-entry").First).ToBeVisibleAsync();
        await LookAsync(page, "sql-history", phone: false);
        await page.FillAsync(".sql-history input", "group by all");
        await Expect(page.Locator(".sql-history-entry")).ToHaveCountAsync(1);
        await page.Locator(".sql-history-entry").ClickAsync();
        await Expect(Code).ToContainTextAsync("group by all");
    }

    private async Task KeepAsync()
    {
        await page.Locator(".sql-bar details.menu summary").ClickAsync();
        await Button("As a question", "Comme question").ClickAsync();
        await page.FillAsync("dialog.ask [name=title]", Say("Calls of each quay", "Escales de chaque quai"));
        await LookAsync(page, "sql-save", phone: false);
        await page.Locator("dialog.ask button[type=submit], dialog.ask .button.primary").First.ClickAsync();
        await page.WaitForURLAsync(Say("**/questions/calls-of-each-quay", "**/questions/escales-de-chaque-quai"));
        await Expect(page.Locator("escale-question canvas")).ToBeVisibleAsync();
        await LookAsync("question-sql");
    }

    [GeneratedRegex("^4\\D?000$")]
    private static partial Regex FourThousand();

    /// <summary>Writes lines into the editor in place of what is there.</summary>
    private async Task WriteAsync(params string[] lines)
    {
        await Code.ClickAsync();
        await page.Keyboard.PressAsync("Control+a");
        await page.Keyboard.PressAsync("Delete");
        for (var at = 0; at < lines.Length; at++)
        {
            if (at > 0)
            {
                await page.Keyboard.PressAsync("Escape"); // no completion takes the new line
                await page.Keyboard.PressAsync("Enter");
                await page.Keyboard.PressAsync("Shift+Home");
            }
            await page.Keyboard.InsertTextAsync(lines[at]);
        }
        await page.Keyboard.PressAsync("Escape");
        await Expect(Code).ToHaveTextAsync(string.Concat(lines));
    }
}
