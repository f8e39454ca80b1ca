namespace Escale.Ui.Tests.Errors;

public sealed class The_words_of_errors
{
    [Fact]
    public void Are_there_for_every_code_in_both_languages()
    {
        var (english, french) = (ErrorGuide.All(Ui.Language.English).ToDictionary(), ErrorGuide.All(Ui.Language.French).ToDictionary());
        Assert.True(english.Count > 300);
        Assert.Equal(english.Keys.Order(StringComparer.Ordinal), french.Keys.Order(StringComparer.Ordinal));
        Assert.All(english, entry => Assert.True(entry.Value.Meaning.Length > 0 && (entry.Value.Next.Length > 0) == (french[entry.Key].Next.Length > 0), entry.Key));
        Assert.All(french, entry => Assert.True(entry.Value.Meaning.Length > 0 && entry.Value != english[entry.Key], entry.Key));
    }

    [Fact]
    public void Are_sentences_with_the_quotes_of_the_language()
    {
        var words = ErrorGuide.Find("collect.path-not-allowed", Ui.Language.French)!;
        Assert.Equal("Un fichier est hors du dossier du projet.", words.Meaning);
        Assert.Equal("Déplacez-le, ou autorisez son dossier avec «\u00a0ESCALE_FILES_ALLOW\u00a0».", words.Next);
        Assert.All(ErrorGuide.All(Ui.Language.French), entry => Assert.DoesNotContain('`', entry.Value.Meaning + entry.Value.Next));
    }

    [Fact]
    public void Are_found_for_every_class_of_the_engines_errors() =>
        Assert.Equal(ErrorGuide.Find("engines.duckdb.<class>", Ui.Language.French), ErrorGuide.Find("engines.duckdb.sequence", Ui.Language.French));

    [Fact]
    public void Are_not_put_before_readers_of_English_whom_the_message_tells_more()
    {
        Assert.Null(ErrorGuide.WordsFor(new Reader(Ui.Language.English), "host.not-found"));
        Assert.NotNull(ErrorGuide.WordsFor(new Reader(Ui.Language.French), "host.not-found"));
        Assert.Null(ErrorGuide.WordsFor(new Reader(Ui.Language.French), "nobody.knows"));
    }
}
