namespace Escale.Explore.Profiles.Meanings;

/// <summary>What values can mean. The names are part of the REST API.</summary>
internal static class MeaningNames
{
    public const string Empty = "empty";
    public const string Number = "number";
    public const string Category = "category";
    public const string Boolean = "boolean";
    public const string Text = "text";
    public const string Date = "date";
    public const string Time = "time";
    public const string Year = "year";
    public const string Identifier = "identifier";
    public const string Money = "money";
    public const string Percent = "percent";
    public const string Quantity = "quantity";
    public const string Email = "email";
    public const string Url = "url";
    public const string Phone = "phone";
    public const string Iban = "iban";
    public const string NationalId = "national_id";
    public const string Card = "card";
    public const string Person = "person";
    public const string Address = "address";
    public const string BirthDate = "birth_date";
    public const string Ip = "ip";
    public const string Uuid = "uuid";
    public const string Country = "country";
    public const string Postcode = "postcode";
    public const string Latitude = "latitude";
    public const string Longitude = "longitude";
    public const string Coordinates = "coordinates";
    public const string Nested = "nested";
    public const string Bytes = "bytes";
}
