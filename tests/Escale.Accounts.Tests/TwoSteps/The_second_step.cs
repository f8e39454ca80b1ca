using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Escale.Kernel;

namespace Escale.Accounts.Tests.TwoSteps;

public sealed partial class The_second_step(ServedProgram program)
{
    [Fact]
    public async Task Is_asked_for_after_the_password_and_a_recovery_code_opens_once()
    {
        const string Email = "careful-two@example.org";
        await program.MakeAsync(Email, Role.Analyst);
        using var browser = await program.SignInAsync(Email);
        var page = await browser.PageAsync("/account/security/app");
        Assert.Matches("<path d=\"M[0-9]+ 4h1v1h-1z", page);
        var key = Browser.SecretOf(page).Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await browser.SendAsync("/account/security/app", "/account/security/app", ("code", "000000"))).StatusCode);
        var added = await browser.FollowAsync(await browser.SendAsync("/account/security/app", "/account/security/app", ("code", Totp(key))));
        var codes = Browser.SecretOf(added).Split('\n');
        Assert.Equal(10, codes.Length);

        using var second = program.Open();
        var asked = await second.SendAsync("/sign-in", "/sign-in", ("email", Email), ("password", ServedProgram.Password));
        Assert.StartsWith("/sign-in/code", asked.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await second.GetAsync("/account")).StatusCode); // not in yet
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await second.SendAsync("/sign-in/code", "/sign-in/code", ("code", "wrong-code1"))).StatusCode);
        Assert.Equal("/", (await second.SendAsync("/sign-in/code", "/sign-in/code", ("code", codes[0]))).Headers.Location!.ToString());
        Assert.Contains("9", await second.PageAsync("/account/security"), StringComparison.Ordinal);

        using var third = program.Open();
        await third.SendAsync("/sign-in", "/sign-in", ("email", Email), ("password", ServedProgram.Password));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await third.SendAsync("/sign-in/code", "/sign-in/code", ("code", codes[0]))).StatusCode);
        Assert.Equal("/", (await third.SendAsync("/sign-in/code", "/sign-in/code", ("code", Totp(key)))).Headers.Location!.ToString());

        var dump = (string)(await program.OwnerAsync("select string_agg(t::text, ' ') from accounts.user_tokens t"))!;
        Assert.DoesNotContain(key, dump, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(codes[1], dump, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Is_looked_at_without_ending_a_session()
    {
        const string Email = "looks-at-two@example.org";
        await program.MakeAsync(Email, Role.Viewer);
        using var browser = await program.SignInAsync(Email);
        var before = await program.OwnerAsync($"select security_stamp from accounts.people where email = '{Email}'");
        var key = Browser.SecretOf(await browser.PageAsync("/account/security/app"));
        Assert.Equal(key, Browser.SecretOf(await browser.PageAsync("/account/security/app")));
        Assert.Equal(before, await program.OwnerAsync($"select security_stamp from accounts.people where email = '{Email}'"));
    }

    [Fact]
    public async Task Is_removed_with_the_password_only()
    {
        const string Email = "removes@example.org";
        await program.MakeAsync(Email, Role.Viewer);
        using var browser = await program.SignInAsync(Email);
        var key = Browser.SecretOf(await browser.PageAsync("/account/security/app")).Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        await browser.SendAsync("/account/security/app", "/account/security/app", ("code", Totp(key)));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await browser.SendAsync("/account/security", "/account/security/app/remove", ("password", "wrong"))).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.SendAsync("/account/security", "/account/security/app/remove", ("password", ServedProgram.Password))).StatusCode);
        using var again = await program.SignInAsync(Email);
    }

    // RFC 6238: 30 seconds, six digits, SHA-1, the key in base32.
    private static string Totp(string key)
    {
        var bits = string.Concat(key.Select(letter => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        var bytes = Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2)).ToArray();
        var counter = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 30);
        var hash = HMACSHA1.HashData(bytes, counter);
        var offset = hash[^1] & 15;
        return ((BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(offset)) & int.MaxValue) % 1_000_000).ToString("D6", System.Globalization.CultureInfo.InvariantCulture);
    }
}
