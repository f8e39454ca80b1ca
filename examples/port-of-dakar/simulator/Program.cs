using System.Globalization;
using PortOfDakar;
using PortOfDakar.Ais;
using PortOfDakar.Sources;

var simulation = new Simulation(SimulatorOptions.Parse(args));
simulation.WriteFiles();

var builder = WebApplication.CreateSlimBuilder();
var port = int.Parse(Environment.GetEnvironmentVariable("PORT") ?? "5480", CultureInfo.InvariantCulture);
builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("PortOfDakar", LogLevel.Information);
builder.Services.AddSingleton(simulation);

// Without Escale to push to, the AIS days are only written as files, if at all.
var escale = Environment.GetEnvironmentVariable("ESCALE_URL");
if (escale is not null)
{
    builder.Services.AddSingleton(services => new AisPusher(simulation, new Uri(escale), services.GetRequiredService<ILogger<AisPusher>>()));
    builder.Services.AddHostedService(services => services.GetRequiredService<AisPusher>());
}
else
{
    AisFiles.Write(simulation);
}

await using var app = builder.Build();
PortCallApi.Map(app, simulation.Reports);
simulation.Berths.Map(app);
simulation.WeatherApi.Map(app);
app.MapGet("/health", () => Results.Json(new { status = "ok", now = simulation.Options.Now, trespasses = simulation.Berths.Trespasses }));
app.MapGet("/ais/done", (IServiceProvider services) =>
    services.GetService<AisPusher>() is { IsDone: false } ? Results.StatusCode(503) : Results.Json(new { done = true }));

// Whoever started us holds our standard input: when it closes, they are gone and so are we.
if (Console.IsInputRedirected)
{
    _ = Task.Run(async () =>
    {
        await Console.OpenStandardInput().CopyToAsync(Stream.Null);
        app.Lifetime.StopApplication();
    });
}

await app.RunAsync();
