using System.Net;
using Escale.Accounts.Audit;
using Escale.Kernel;
using Npgsql;

namespace Escale.Accounts.Tests.Audit;

/// <summary>Security requirement S15.</summary>
public sealed class The_audit_log(ServedProgram program)
{
    [Fact]
    public async Task Holds_who_came_in_and_who_was_refused_with_neither_password_nor_token()
    {
        var email = "noted@example.org";
        await program.MakeAsync(email, Role.Viewer);
        using var browser = program.Open();
        await browser.SendAsync("/sign-in", "/sign-in", ("email", email), ("password", "planted-secret-1 wrong"));
        await browser.SendAsync("/sign-in", "/sign-in", ("email", "planted-secret-2"), ("password", "x"));
        using var inside = await program.SignInAsync(email);
        Assert.Equal(HttpStatusCode.Forbidden, (await inside.GetAsync("/settings/people")).StatusCode);

        var entries = await EntriesAsync(new AuditFilter(email));
        Assert.Contains(entries, entry => entry is { Action: "sign-in", Succeeded: false, PersonId: null } && entry.Address.StartsWith("127.", StringComparison.Ordinal));
        Assert.Contains(entries, entry => entry is { Action: "sign-in", Succeeded: true, Person: "noted" });
        Assert.Contains(await EntriesAsync(new AuditFilter("noted", "access.refused")), entry => entry.Subject == "GET /settings/people");
        using var admin = await program.SignInAsync(Role.Admin);
        Assert.DoesNotContain("planted-secret", await admin.Client.GetStringAsync("/api/v1/audit?format=ndjson"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cannot_be_changed_by_the_program_itself()
    {
        await program.MakeAsync("unchanging@example.org", Role.Viewer);
        using var browser = await program.SignInAsync("unchanging@example.org");
        foreach (var sql in new[] { "update accounts.audit set person = 'x'", "delete from accounts.audit", "delete from accounts.audit_head" })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => program.WriterAsync(sql));
            Assert.Contains("only grows", refused.MessageText, StringComparison.Ordinal);
        }
        await Assert.ThrowsAsync<PostgresException>(() => program.WriterAsync("truncate accounts.audit"));
    }

    [Theory]
    [InlineData("update accounts.audit set subject = subject || '!' where number = 2", 2)]
    [InlineData("delete from accounts.audit where number = 2", 2)]
    [InlineData("delete from accounts.audit where number = (select max(number) from accounts.audit)", null)]
    public async Task Shows_what_the_owner_of_the_database_did_to_it(string tampering, int? at)
    {
        using var browser = program.Open();
        for (var i = 0; i < 3; i++)
        {
            await browser.SendAsync("/sign-in", "/sign-in", ("email", "tamperer@example.org"), ("password", "wrong"));
        }
        var log = program.Get<AuditLog>();
        Assert.Null((await log.CheckAsync(CancellationToken.None)).BrokenAt);
        await program.OwnerAsync("drop table if exists accounts.kept; create table accounts.kept as select * from accounts.audit; alter table accounts.audit disable trigger audit_only_grows; " + tampering);
        try
        {
            var check = await log.CheckAsync(CancellationToken.None);
            Assert.Equal(at ?? check.EntryCount + 1, check.BrokenAt);
        }
        finally
        {
            await program.OwnerAsync("delete from accounts.audit; insert into accounts.audit select * from accounts.kept; drop table accounts.kept; alter table accounts.audit enable trigger audit_only_grows");
        }
        Assert.Null((await log.CheckAsync(CancellationToken.None)).BrokenAt);
    }

    [Fact]
    public async Task Is_exported_safe_for_spreadsheets()
    {
        var entry = new AuditEntry(7, DateTimeOffset.UnixEpoch, "id", "=HYPERLINK(\"http://evil\")", null, "::1", "sign-in", "@cmd, \"x\"", true, "-1");
        Assert.Equal("7,1970-01-01T00:00:00.000000Z,id,\"'=HYPERLINK(\"\"http://evil\"\")\",,::1,sign-in,\"'@cmd, \"\"x\"\"\",true,'-1,00\r\n", AuditExport.Csv(entry, [0]));

        using var admin = await program.SignInAsync(Role.Admin);
        var csv = await admin.Client.GetStringAsync("/api/v1/audit?format=csv&action=sign-in");
        Assert.StartsWith("number,at,", csv, StringComparison.Ordinal);
        Assert.DoesNotContain("audit.exported", csv, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.Client.GetAsync("/api/v1/audit?format=xls")).StatusCode);
    }

    [Fact]
    public async Task Is_filtered_and_paged_on_its_page()
    {
        using var admin = await program.SignInAsync(Role.Admin);
        Assert.Contains("admin", await admin.PageAsync("/settings/audit?person=ADMIN&action=sign-in&from=2020-01-01&check=true"), StringComparison.Ordinal);
        Assert.DoesNotContain("<tbody>", await admin.PageAsync("/settings/audit?to=2020-01-01"), StringComparison.Ordinal);
        Assert.DoesNotContain("<tbody>", await admin.PageAsync("/settings/audit?before=1"), StringComparison.Ordinal);
    }

    private async Task<List<AuditEntry>> EntriesAsync(AuditFilter filter)
    {
        var entries = new List<AuditEntry>();
        await foreach (var (entry, _) in program.Get<AuditLog>().ReadAsync(filter, null, null, CancellationToken.None))
        {
            entries.Add(entry);
        }
        return entries;
    }
}
