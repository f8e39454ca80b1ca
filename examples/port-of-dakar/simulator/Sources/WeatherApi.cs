using System.Globalization;
using System.Text.Json;
using PortOfDakar.Traffic;
using PortOfDakar.Truth;

namespace PortOfDakar.Sources;

/// <summary>
/// Hourly marine weather under Open-Meteo's names and in its shape: one array a variable, side by side with the array of times.
/// <c>GET /v1/marine?start_date=2024-01-01</c> answers up to the simulated present.
/// </summary>
internal sealed class WeatherApi
{
    /// <summary>What a wave buoy sends when its sensor fails.</summary>
    public const double BrokenBuoyM = 99.99;

    private readonly SimulatorOptions _options;
    private readonly Weather _weather;
    private readonly Faults _faults;

    public WeatherApi(SimulatorOptions options, Weather weather, Faults faults, TruthFile truth)
    {
        (_options, _weather, _faults) = (options, weather, faults);
        truth.Describe("weather.spike", "repaired", "silver.weather", "waves over 20 m are the buoy's error value: null");
        truth.Describe("weather.null_visibility", "kept", "silver.weather", "visibility stays null");
        truth.Describe("weather.missing_hour", "kept", "gold.fact_port_call", "weather_key = -1 when a ship anchored in that hour");
        for (var hour = 0; hour < HourCount; hour++)
        {
            var kind = faults.OfHour(hour) switch
            {
                WeatherFault.Spike => "weather.spike",
                WeatherFault.NullVisibility => "weather.null_visibility",
                WeatherFault.MissingHour => "weather.missing_hour",
                _ => null,
            };
            if (kind is not null)
            {
                truth.Add(kind, Time(hour));
            }
        }

        truth.Expect("silver.weather", HourCount - truth.Faults["weather.missing_hour"].Ids.Count);
    }

    private int HourCount => Weather.HourOf(_options.Now);

    public void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet("/v1/marine", (HttpRequest request) =>
    {
        var first = SimulatorOptions.Start;
        if (request.Query.TryGetValue("start_date", out var text)
            && !DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out first))
        {
            return Results.Json(new { error = true, reason = "Parameter 'start_date' is not a date." }, statusCode: 400);
        }

        var hours = Enumerable.Range(0, HourCount)
            .Where(h => h >= Weather.HourOf(first.Date) && _faults.OfHour(h) != WeatherFault.MissingHour)
            .ToArray();
        return Results.Stream(stream => WriteAsync(stream, hours), "application/json");
    });

    private async Task WriteAsync(Stream stream, int[] hours)
    {
        await using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteNumber("latitude", 14.67);
        json.WriteNumber("longitude", -17.42);
        json.WriteNumber("utc_offset_seconds", 0);
        json.WriteString("timezone", "GMT");
        Units(json);
        json.WriteStartObject("hourly");
        json.WriteStartArray("time");
        foreach (var hour in hours)
        {
            json.WriteStringValue(Time(hour));
        }

        json.WriteEndArray();
        Series(json, hours, "wave_height", (h, w) => _faults.OfHour(h) == WeatherFault.Spike ? BrokenBuoyM : w.WaveHeightM);
        Series(json, hours, "wave_period", (_, w) => w.WavePeriodS);
        Series(json, hours, "wave_direction", (_, w) => w.WaveDirectionDeg);
        Series(json, hours, "swell_wave_height", (_, w) => w.SwellWaveHeightM);
        Series(json, hours, "wind_wave_height", (_, w) => w.WindWaveHeightM);
        Series(json, hours, "wind_speed_10m", (_, w) => w.WindSpeedKmH);
        Series(json, hours, "wind_direction_10m", (_, w) => w.WindDirectionDeg);
        Series(json, hours, "temperature_2m", (_, w) => w.TemperatureC);
        Series(json, hours, "precipitation", (_, w) => w.PrecipitationMm);
        Series(json, hours, "visibility", (h, w) => _faults.OfHour(h) == WeatherFault.NullVisibility ? null : w.VisibilityM);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Units(Utf8JsonWriter json)
    {
        json.WriteStartObject("hourly_units");
        foreach (var (name, unit) in ((string, string)[])
            [("time", "iso8601"), ("wave_height", "m"), ("wave_period", "s"), ("wave_direction", "°"), ("swell_wave_height", "m"), ("wind_wave_height", "m"),
             ("wind_speed_10m", "km/h"), ("wind_direction_10m", "°"), ("temperature_2m", "°C"), ("precipitation", "mm"), ("visibility", "m")])
        {
            json.WriteString(name, unit);
        }

        json.WriteEndObject();
    }

    private void Series(Utf8JsonWriter json, int[] hours, string name, Func<int, WeatherHour, double?> value)
    {
        json.WriteStartArray(name);
        foreach (var hour in hours)
        {
            if (value(hour, _weather[hour]) is { } number)
            {
                json.WriteNumberValue(number);
            }
            else
            {
                json.WriteNullValue();
            }
        }

        json.WriteEndArray();
    }

    private static string Time(int hour) => SimulatorOptions.Start.AddHours(hour).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);
}
