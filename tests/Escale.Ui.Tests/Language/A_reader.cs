using Microsoft.AspNetCore.Http;

namespace Escale.Ui.Tests.Language;

public sealed class A_reader
{
    private static readonly Reader _english = new(Ui.Language.English);
    private static readonly Reader _french = new(Ui.Language.French);
    private static readonly Plural _rows = new(new("{0} row", "{0} ligne"), new("{0} rows", "{0} lignes"));

    [Theory]
    [InlineData(0, "0 rows", "0 ligne")]
    [InlineData(1, "1 row", "1 ligne")]
    [InlineData(1234567, "1,234,567 rows", "1 234 567 lignes")]
    public void Counts_as_the_language_does(long count, string english, string french)
    {
        Assert.Equal(english, _english.Count(_rows, count));
        Assert.Equal(french, _french.Count(_rows, count).Replace('\u202f', ' '));
    }

    [Fact]
    public void Writes_numbers_sizes_shares_and_durations_as_people_do()
    {
        Assert.Equal(("1,234.5", "1 234,5"), (_english.Number(1234.5), _french.Number(1234.5).Replace('\u202f', ' ')));
        Assert.Equal(("1.2 MB", "1,2 Mo"), (_english.Size(1_234_567).Replace('\u00a0', ' '), _french.Size(1_234_567).Replace('\u00a0', ' ')));
        Assert.Equal(("12.5%", "12,5 %"), (_english.Percent(0.125), _french.Percent(0.125).Replace('\u202f', ' ')));
        Assert.Equal("4 min 5 s", _english.Duration(TimeSpan.FromSeconds(245)).Replace('\u00a0', ' '));
        Assert.Equal("–", _english.Number(double.NaN));
    }

    [Fact]
    public void Writes_dates_in_words_of_the_language()
    {
        var moment = new DateTimeOffset(2026, 8, 3, 14, 5, 0, TimeSpan.Zero);
        Assert.Equal("Aug 3, 2026, 14:05 UTC", _english.DateTime(moment));
        Assert.Equal("3 août 2026, 14:05 UTC", _french.DateTime(moment));
    }

    [Theory]
    [InlineData(null, "fr-FR,fr;q=0.9,en;q=0.8", "fr")]
    [InlineData(null, "de-DE,en;q=0.8,fr;q=0.5", "en")]
    [InlineData(null, "", "en")]
    [InlineData("en", "fr-FR", "en")]
    [InlineData("xx", "fr-FR", "fr")]
    public void Is_found_by_the_choice_before_the_browsers_wish(string? cookie, string accept, string code)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.AcceptLanguage = accept;
        if (cookie is not null)
        {
            context.Request.Headers.Cookie = $"{ReaderOf.Cookie}={cookie}";
        }

        Assert.Equal(code, ReaderOf.Request(context).Code);
    }
}
