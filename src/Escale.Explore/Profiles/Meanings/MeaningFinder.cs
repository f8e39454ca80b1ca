using Escale.Explore.Profiles.Facts;
using Escale.Explore.Tables.Statistics;

namespace Escale.Explore.Profiles.Meanings;

/// <summary>Tells what the values of a column mean, from the values themselves, the column's name, and how often values repeat.</summary>
internal sealed class MeaningFinder(ColumnSql column, IReadOnlyList<ValueCount> values, long count, long distinct, bool isUnique)
{
    private const double Enough = 0.9;
    private const double Half = 0.5;
    private static readonly HashSet<string> _nullWords = new(TextChecks.NullWordList, StringComparer.OrdinalIgnoreCase);
    private readonly NameWords _name = NameWords.Of(column.Column.Name);
    private readonly List<ValueCount> _tested = [.. values.Select(value => value with { Value = value.Value.Trim() }).Where(value => value.Value.Length > 0 && !_nullWords.Contains(value.Value))];

    /// <summary>What they mean.</summary>
    public Meaning Find()
    {
        if (count == 0)
        {
            return new Meaning(MeaningNames.Empty, 1);
        }
        return column.Column.Kind switch
        {
            "boolean" => new Meaning(MeaningNames.Boolean, 1),
            "nested" => new Meaning(MeaningNames.Nested, 1),
            "bytes" => new Meaning(MeaningNames.Bytes, 1),
            "time" => OfTimes(),
            "number" => OfNumbers(),
            _ => OfTexts(),
        };
    }

    private Meaning OfTimes() => _name.Has("birth", "birthdate", "birthday", "dob", "naissance", "naiss") ? new Meaning(MeaningNames.BirthDate, 1)
        : new Meaning(column.IsTime ? MeaningNames.Date : MeaningNames.Time, 1);

    private Meaning OfNumbers()
    {
        var whole = Share(value => long.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out _));
        if (whole < 1)
        {
            return Place() ?? Amount() ?? new Meaning(MeaningNames.Number, 1);
        }
        if (distinct <= 2 && Share(value => value is "0" or "1") >= 1)
        {
            return new Meaning(MeaningNames.Boolean, 1);
        }
        if (_name.Has("year", "annee", "an") && Share(value => long.TryParse(value, out var year) && year is >= 1000 and <= 2200) is >= Enough and var years)
        {
            return new Meaning(MeaningNames.Year, years);
        }
        if (_name.Has("phone", "telephone", "tel", "mobile", "portable", "gsm") && Share(value => value.Length is >= 8 and <= 13) is >= Half and var phones)
        {
            return new Meaning(MeaningNames.Phone, phones);
        }
        if (NationalIds() is { } national)
        {
            return national;
        }
        if (_name.Has("postcode", "zip", "zipcode", "postal", "cp"))
        {
            return new Meaning(MeaningNames.Postcode, Share(value => value.Length is >= 4 and <= 6));
        }
        // Keys of other tables repeat, and are names all the same.
        if ((IsIdName && (distinct * 10 >= count * 9 || (distinct > 12 && _name.Has("id", "key", "cle", "identifiant", "matricule")))) || (isUnique && count >= 20 && _name.Has("no", "num", "numero", "nr", "index", "key", "cle", "imo", "mmsi")))
        {
            return new Meaning(MeaningNames.Identifier, 1);
        }
        return Place() ?? Amount() ?? (distinct <= 12 && count >= 20 * distinct && !_name.Has("count", "nb", "nombre", "age", "quantity", "qty", "quantite") ? new Meaning(MeaningNames.Category, 1) : new Meaning(MeaningNames.Number, 1));
    }

    private Meaning? Place() =>
        _name.Has("lat", "latitude") && Within(90) is >= Enough and var north ? new Meaning(MeaningNames.Latitude, north)
        : _name.Has("lon", "lng", "long", "longitude") && Within(180) is >= Enough and var east ? new Meaning(MeaningNames.Longitude, east)
        : null;

    private Meaning? Amount() =>
        _name.Has("price", "prix", "amount", "montant", "cost", "cout", "revenue", "salary", "salaire", "fare", "tarif", "total", "ttc", "ht", "eur", "euro", "euros", "usd", "xof", "fcfa", "budget", "income", "chiffre affaires", "sales", "ventes", "solde", "balance") ? new Meaning(MeaningNames.Money, 1)
        : _name.Has("percent", "pct", "pourcentage", "taux", "rate", "ratio") ? new Meaning(MeaningNames.Percent, 1)
        : null;

    private Meaning OfTexts()
    {
        if (_tested.Count == 0)
        {
            return new Meaning(MeaningNames.Text, 1);
        }
        return Strong() ?? Written() ?? Named() ?? Repeating();
    }

    /// <summary>What values show by themselves.</summary>
    private Meaning? Strong()
    {
        if (distinct <= 4 && Share(TextShapes.IsBoolean) >= Enough)
        {
            return new Meaning(MeaningNames.Boolean, Share(TextShapes.IsBoolean));
        }
        (string Name, Func<string, bool> Is, double Least)[] shapes =
        [
            (MeaningNames.Email, TextShapes.IsEmail, Half), (MeaningNames.Url, TextShapes.IsUrl, Half), (MeaningNames.Uuid, TextShapes.IsUuid, Enough), (MeaningNames.Ip, TextShapes.IsIp, Enough),
            (MeaningNames.Iban, Checksums.IsIban, Half), (MeaningNames.Card, Checksums.IsCard, 0.8), (MeaningNames.Coordinates, TextShapes.IsCoordinates, Enough),
        ];
        foreach (var (name, isIt, least) in shapes)
        {
            if (Share(isIt) is var share && share >= least)
            {
                return new Meaning(name, share);
            }
        }
        if (NationalIds() is { } national)
        {
            return national;
        }
        return Share(Countries.IsName) is >= Enough and var named ? new Meaning(MeaningNames.Country, named)
            : _name.Has("country", "pays", "flag", "pavillon", "nationality", "nationalite") && Share(Countries.IsCode) is >= Enough and var coded ? new Meaning(MeaningNames.Country, coded, "code")
            : null;
    }

    private Meaning? NationalIds() => Share(value => Checksums.NationalId(value) is not null) is >= 0.8 and var share && distinct > 3
        ? new Meaning(MeaningNames.NationalId, share, Checksums.NationalId(_tested.First(value => Checksums.NationalId(value.Value) is not null).Value))
        : null;

    /// <summary>Dates, numbers, amounts and telephone numbers, written as text.</summary>
    private Meaning? Written()
    {
        if (Share(value => TextShapes.DateOrder(value) is not null) is >= Half and var dates)
        {
            var isBirth = _name.Has("birth", "birthdate", "birthday", "dob", "naissance", "naiss");
            return new Meaning(isBirth ? MeaningNames.BirthDate : MeaningNames.Date, dates, OrderOfDates());
        }
        if (_name.Has("phone", "telephone", "tel", "mobile", "portable", "gsm", "fax") && Share(TextShapes.IsPhone) is >= Half and var phones)
        {
            return new Meaning(MeaningNames.Phone, phones);
        }
        if (_name.Has("postcode", "zip", "zipcode", "postal", "cp") && Share(value => value.Length is >= 3 and <= 10 && value.Any(char.IsAsciiDigit)) is >= Enough and var codes)
        {
            return new Meaning(MeaningNames.Postcode, codes);
        }
        var leadingZero = Share(value => value.Length > 1 && value[0] == '0' && value.All(char.IsAsciiDigit));
        if (leadingZero < 0.05 && Share(value => TextShapes.NumberOf(value) is not null) is >= Half and var numbers && (numbers >= Enough || IsMarked(numbers)) && Share(value => value.Any(char.IsAsciiDigit) && !char.IsAsciiDigit(value[^1]) && TextShapes.IsCode(value)) < Half)
        {
            return WrittenNumber(numbers);
        }
        return Share(TextShapes.IsPhone) is >= Enough and var likely && Share(value => value.StartsWith('+') || value.StartsWith('0')) >= Half ? new Meaning(MeaningNames.Phone, likely) : null;
    }

    /// <summary>Whether most of the numbers show by a unit or a mark before the fraction that they are amounts: digits alone, among other texts, are codes.</summary>
    private bool IsMarked(double numbers) => Share(value => TextShapes.NumberOf(value) is { } shape && (shape.Unit.Length > 0 || shape.Decimal is not null)) > numbers / 2;

    private Meaning WrittenNumber(double share)
    {
        var shapes = _tested.Select(value => (Shape: TextShapes.NumberOf(value.Value), value.Count)).Where(one => one.Shape is not null).ToList();
        var unit = shapes.GroupBy(one => one.Shape!.Unit.Trim('-', '+', '(', ')', ' ')).MaxBy(group => group.Sum(one => one.Count))!.Key;
        var name = unit is "$" or "€" or "£" or "¥" or "₹" or "EUR" or "USD" or "GBP" or "XOF" or "FCFA" or "CFA" or "CHF" ? MeaningNames.Money
            : unit is "%" or "‰" ? MeaningNames.Percent : unit.Length > 0 ? MeaningNames.Quantity : MeaningNames.Number;
        var decimals = shapes.Where(one => one.Shape is { Decimal: not null, IsEither: false }).Select(one => one.Shape!.Decimal!.Value).Distinct().ToList();
        var detail = unit.Length > 0 ? unit : decimals is [','] ? "," : shapes.All(one => one.Shape!.IsPlain) ? null : decimals.Count > 1 ? "mixed" : shapes.Any(one => one.Shape!.IsEither) && decimals.Count == 0 ? "either" : null;
        return new Meaning(name, share, detail);
    }

    /// <summary>What only the column's name tells, when the values do not contradict it.</summary>
    private Meaning? Named()
    {
        if (_name.Has("name", "nom", "prenom", "firstname", "lastname", "surname", "fullname", "patient", "client nom", "customer name", "contact", "author", "auteur", "person", "personne")
            && !_name.Has("file", "fichier", "product", "produit", "table", "column", "ship", "vessel", "navire", "port", "company", "societe", "city", "ville", "country", "pays", "event", "brand", "model", "article", "category", "species")
            && Share(TextShapes.IsNameLike) is >= 0.7 and var people && distinct > 10)
        {
            return new Meaning(MeaningNames.Person, people);
        }
        if (_name.Has("address", "adresse", "street", "rue") && Share(value => value.Contains(' ', StringComparison.Ordinal)) is >= Half and var places)
        {
            return new Meaning(MeaningNames.Address, places);
        }
        return IsIdName && distinct * 10 >= count * 9 ? new Meaning(MeaningNames.Identifier, 1) : null;
    }

    private Meaning Repeating()
    {
        if (isUnique && count >= 20 && Share(TextShapes.IsCode) >= Enough)
        {
            return new Meaning(MeaningNames.Identifier, 1);
        }
        return distinct <= Math.Max(20, Math.Min(200, count / 20)) && distinct * 2 <= count ? new Meaning(MeaningNames.Category, 1) : new Meaning(MeaningNames.Text, 1);
    }

    private bool IsIdName => _name.Has("id", "uuid", "guid", "identifiant", "ref", "reference", "code", "matricule", "key", "sku", "isbn", "siren", "siret");

    private string OrderOfDates()
    {
        var orders = _tested.Select(value => TextShapes.DateOrder(value.Value)).Where(order => order is not null).Distinct().ToList();
        return orders.Contains("dmy") && orders.Contains("mdy") ? "mixed" : orders.Contains("dmy") ? "dmy" : orders.Contains("mdy") ? "mdy" : orders.Contains("either") ? "either" : orders.Count > 1 ? "mixed" : orders[0]!;
    }

    private double Share(Func<string, bool> isIt)
    {
        var (fit, all) = (0L, 0L);
        foreach (var value in _tested)
        {
            all += value.Count;
            fit += isIt(value.Value) ? value.Count : 0;
        }
        return all == 0 ? 0 : (double)fit / all;
    }

    private double Within(double most) => Share(value => double.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out var number) && Math.Abs(number) <= most);
}
