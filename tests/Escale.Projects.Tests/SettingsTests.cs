using Escale.Kernel;
using Escale.Testing;
using Xunit;

namespace Escale.Projects.Tests;

public sealed class SettingsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_project_without_settings_has_the_defaults()
    {
        _folder.Write("dbt_project.yml", "name: a\n");
        var root = ProjectFolder.Open(_folder.Path);
        var settings = Settings.Read(root);
        Assert.Equal("main", settings.Schema);
        Assert.Null(settings.Warehouse.Publish);
        Assert.Equal(Path.Combine(_folder.Path, ".escale", "lake"), root.LakeFolder);
    }

    [Fact]
    public void Every_key_is_read()
    {
        _folder.Write("escale.yml", """
            schema: silver
            target: prod
            lake: {path: ../lake}
            engine: {threads: 2, memory_limit: 4GB, max_spill: 100GB}
            warehouse: {publish: [tag:gold, dim_date], schema: star}
            network: {allow: [10.0.0.0/8]}
            services:
              - name: simulator
                command: [dotnet, run]
                build: [dotnet, build]
                creates: bin/x
                ready: /health
                env: {SCALE: 2}
            """);
        var root = ProjectFolder.Open(_folder.Path);
        var settings = Settings.Read(root);
        Assert.Equal(("silver", "prod"), (settings.Schema, settings.Target));
        Assert.Equal(Path.GetFullPath("../lake", _folder.Path), root.LakeFolder);
        Assert.Equal(new EngineSettings { Threads = 2, MemoryLimitBytes = 4_000_000_000, MaxSpillBytes = 100_000_000_000 }, settings.Engine);
        Assert.Equal(new WarehouseSettings { Publish = "tag:gold dim_date", Schema = "star" }, settings.Warehouse);
        Assert.Equal(["10.0.0.0/8"], settings.NetworkAllow);
        var service = Assert.Single(settings.Services);
        Assert.Equal(("simulator", "/health", "2"), (service.Name, service.Ready, service.Environment["SCALE"]));
        Assert.Equal(Path.Combine(_folder.Path, "bin", "x"), service.Creates);
    }

    [Theory]
    [InlineData("shema: x", "projects.unknown-key", "escale.yml:1:1")]
    [InlineData("engine: {memory_limit: lots}", "projects.wrong-type", "escale.yml:1:24")]
    [InlineData("engine:\n  threads: 0", "projects.out-of-range", "escale.yml:2:12")]
    [InlineData("lake: {pth: x}", "projects.unknown-key", "escale.yml:1:8")]
    [InlineData("schema: a-b", "projects.wrong-type", "escale.yml:1:9")]
    [InlineData("services: [{name: x}]", "projects.missing-key", "escale.yml:1:12")]
    [InlineData("- a", "projects.wrong-type", "escale.yml:1:1")]
    public void A_mistake_is_named_with_its_place(string text, string code, string place)
    {
        _folder.Write("escale.yml", text);
        var error = Assert.Throws<EscaleException>(() => ProjectFolder.Open(_folder.Path));
        Assert.Equal((code, place), (error.Code, error.Place!.ToString()));
    }

    [Fact]
    public void A_folder_without_a_project_is_refused_with_the_way_to_make_one()
    {
        var error = Assert.Throws<EscaleException>(() => ProjectFolder.Open(_folder.Path));
        Assert.Equal("projects.not-found", error.Code);
        Assert.Contains("escale init", error.Remedy, StringComparison.Ordinal);
        Assert.Equal(_folder.Path, ProjectFolder.Open(_folder.Path, optional: true).Folder);
    }

    [Fact]
    public void Inside_a_project_the_folder_above_is_named()
    {
        _folder.Write("escale.yml", "");
        Directory.CreateDirectory(_folder.File("models/x/y"));
        var error = Assert.Throws<EscaleException>(() => ProjectFolder.Open(Path.Combine(_folder.Path, "models")));
        Assert.Contains("--project", error.Remedy, StringComparison.Ordinal);
    }
}
