using Escale.Explore.Tables.Statistics;

namespace Escale.Explore.Profiles.Meanings;

/// <summary>Finds personal data: where it is what a column means, and where some of it hides in other texts.</summary>
internal static class PersonalFinder
{
    private const double Hidden = 0.02;

    /// <summary>The personal data in a column, or null.</summary>
    public static PersonalData? Find(Meaning meaning, bool isText, IReadOnlyList<ValueCount> values)
    {
        var because = meaning.Name switch
        {
            MeaningNames.Iban or MeaningNames.Card or MeaningNames.NationalId => "checksum",
            MeaningNames.Email or MeaningNames.Ip => "pattern",
            MeaningNames.Phone => "pattern",
            MeaningNames.Person or MeaningNames.Address or MeaningNames.BirthDate => "name",
            _ => null,
        };
        if (because is not null)
        {
            return new PersonalData(meaning.Name, meaning.Share, because);
        }
        return isText ? Inside(values) : null;
    }

    // Among free texts: addresses and account numbers that stand between other words.
    private static PersonalData? Inside(IReadOnlyList<ValueCount> values)
    {
        var total = values.Sum(value => value.Count);
        if (total == 0)
        {
            return null;
        }
        (string Kind, Func<string, bool> Is, string Because)[] kinds =
        [
            (MeaningNames.Email, TextShapes.IsEmail, "pattern"), (MeaningNames.Iban, Checksums.IsIban, "checksum"), (MeaningNames.Card, word => word.Length >= 15 && Checksums.IsCard(word), "checksum"),
        ];
        foreach (var (kind, isIt, because) in kinds)
        {
            var share = (double)values.Where(value => value.Value.Split([' ', ',', ';', '<', '>', '(', ')', '"'], StringSplitOptions.RemoveEmptyEntries).Any(isIt)).Sum(value => value.Count) / total;
            if (share >= Hidden)
            {
                return new PersonalData(kind, share, because);
            }
        }
        return null;
    }
}
