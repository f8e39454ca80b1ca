using System.Text.RegularExpressions;
using Escale.Accounts.Audit;
using Escale.Testing;
using Escale.Ui;

namespace Escale.Accounts.Tests.Audit;

public sealed partial class The_words_of_the_audit_log
{
    [Fact]
    public void Are_there_for_every_action_that_any_room_notes()
    {
        var noted = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Action().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).Distinct().ToList();
        Assert.True(noted.Count > 25);
        Assert.All(noted, action => Assert.NotEqual(action, AuditWords.Of(action, new Reader(Language.French))));
    }

    [GeneratedRegex("""(?:AuditAsync\(|(?:NoteAsync|WriteAsync)\((?:context|request|Context|rejected\.HttpContext), (?:person, )?)"([a-z-]+(?:\.[a-z-]+)?)",?""")]
    private static partial Regex Action();
}
