using Escale.Accounts.Setup;

namespace Escale.Accounts.Tests.Setup;

/// <summary>Security requirement S4.</summary>
public sealed class The_setup_link
{
    private readonly Clock _clock = new();

    [Fact]
    public void Works_once()
    {
        var link = new SetupLink(_clock);
        link.Make();
        var token = TokenOf(link);

        Assert.True(link.IsRight(token));
        Assert.True(link.TryTake(token));
        Assert.False(link.IsRight(token));
        Assert.False(link.TryTake(token));
        Assert.Null(link.Path);
    }

    [Fact]
    public void Is_not_guessed_and_does_not_work_before_it_was_made()
    {
        var link = new SetupLink(_clock);
        Assert.False(link.IsRight(""));
        Assert.False(link.IsRight(null));
        link.Make();
        Assert.False(link.IsRight(TokenOf(link)[..^1]));
        Assert.NotEqual(TokenOf(link), Another());
    }

    [Fact]
    public void Is_gone_after_a_day()
    {
        var link = new SetupLink(_clock);
        link.Make();
        _clock.Now += TimeSpan.FromHours(25);

        Assert.False(link.TryTake(TokenOf(link)));
    }

    private string Another()
    {
        var link = new SetupLink(_clock);
        link.Make();
        return TokenOf(link);
    }

    private static string TokenOf(SetupLink link) => link.Path!["/setup?token=".Length..];

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
