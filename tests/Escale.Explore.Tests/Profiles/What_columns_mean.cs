using Escale.Explore.Profiles.Meanings;

namespace Escale.Explore.Tests.Profiles;

public sealed class What_columns_mean
{
    [Theory]
    [InlineData("contact", "email", "awa@example.com", "b.fall@example.sn", "c_d@mail.example.org")]
    [InlineData("site", "url", "https://example.com", "http://a.example/x?y=1", "www.example.org")]
    [InlineData("account", "iban", "FR7630006000011234567890189", "DE89370400440532013000", "GB29 NWBK 6016 1331 9268 19")]
    [InlineData("nir", "national_id", "180126955222380", "2 55 08 14 168 025 38", "269054958815780", "1 84 12 76 451 089 46")]
    [InlineData("paid", "boolean", "oui", "non", "oui")]
    [InlineData("when", "date", "31/12/2023", "01/02/2024", "15/03/2024")]
    [InlineData("amount", "money", "1 200,50 €", "3,00 €", "17,25 €")]
    [InlineData("weight", "quantity", "12 kg", "7,5 kg", "100 kg")]
    [InlineData("pays", "country", "Sénégal", "France", "Côte d'Ivoire")]
    [InlineData("flag", "country", "SN", "FR", "PA")]
    [InlineData("tel", "phone", "+221 77 123 45 67", "0612345678", "06 98 76 54 32")]
    [InlineData("ip", "ip", "10.0.0.1", "192.168.1.20", "8.8.8.8")]
    [InlineData("place", "coordinates", "14.69, -17.44", "48.85, 2.35", "-33.9, 18.4")]
    public async Task Texts_are_known_by_their_values(string name, string meaning, params string[] values) => Assert.Equal(meaning, (await Profiled.MeaningAsync(name, values)).Name);

    [Theory]
    [InlineData("31/12/2023", "01/02/2024", "dmy")]
    [InlineData("12/31/2023", "01/02/2024", "mdy")]
    [InlineData("01/02/2024", "03/04/2024", "either")]
    [InlineData("31/12/2023", "12/31/2023", "mixed")]
    public async Task The_order_of_a_date_is_read_from_evidence_and_never_guessed(string one, string other, string order) => Assert.Equal(order, (await Profiled.MeaningAsync("d", one, other)).Detail);

    [Fact]
    public async Task A_comma_before_three_digits_may_be_either_sign() => Assert.Equal("either", (await Profiled.MeaningAsync("n", "1,000", "2,500", "3,125")).Detail);

    [Fact]
    public async Task Text_ids_with_leading_zeros_are_no_numbers() => Assert.NotEqual("number", (await Profiled.MeaningAsync("dossier", "00123", "00456", "00789")).Name);

    [Theory]
    [InlineData("180126955222380", "FR")]
    [InlineData("180126955222381", null)]
    [InlineData("12345678Z", "ES")]
    [InlineData("12345678A", null)]
    [InlineData("RSSMRA85T10A562S", "IT")]
    [InlineData("85073003328", "BE")]
    public void National_numbers_are_known_by_their_check(string value, string? country) => Assert.Equal(country, Checksums.NationalId(value));

    [Theory]
    [InlineData("4539 1488 0343 6467", true)]
    [InlineData("4539 1488 0343 6468", false)]
    public void Payment_cards_are_known_by_their_check(string value, bool isCard) => Assert.Equal(isCard, Checksums.IsCard(value));

    [Theory]
    [InlineData("DK-4711", "AA-9999")]
    [InlineData("Bonjour à tous", "Aaaaaaa a aaaa")]
    [InlineData("1234567890", "9+")]
    public void Masks_show_how_values_are_built(string value, string mask) => Assert.Equal(mask, Masks.Mask(value));

    [Fact]
    public async Task Personal_data_is_flagged_with_a_way_to_mask_it()
    {
        var profile = await Profiled.OfAsync("SELECT 'person' || i || '@example.com' AS mail, 'Please write to me at joe' || i || '@example.org today' AS note, i AS n FROM range(50) r(i)");
        Assert.Equal(("email", "email", null), (profile.Columns[0].Personal?.Kind, profile.Columns[1].Personal?.Kind, profile.Columns[2].Personal?.Kind));
        var alert = profile.Alerts.First(alert => alert.Columns is ["mail"] && alert.Code == "personal_data");
        Assert.Equal("bad", alert.Severity);
        Assert.Equal("derive", alert.Step!["type"]!.GetValue<string>());
    }

    [Fact]
    public async Task One_value_written_in_several_ways_is_brought_together()
    {
        var profile = await Profiled.OfAsync("SELECT ['Paris', 'paris ', 'PARIS', 'Lyon'][least(i % 10, 3) + 1] AS town FROM range(100) r(i)");
        var similar = Assert.Single(profile.Columns[0].Similar);
        Assert.Equal(2, similar.Others.Count);
        var step = profile.Alerts.First(alert => alert.Code == "similar_values").Step!;
        Assert.Equal("cluster", step["type"]!.GetValue<string>());
        Assert.Equal(2, step["values"]!.AsObject().Count);
    }
}
