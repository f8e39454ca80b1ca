using Escale.Kernel;
using Escale.Ui;

namespace Escale.Home;

/// <summary><c>/</c>: what is in this project, what ran last, what is broken, what to do next.</summary>
internal static class HomePage
{
    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet("/", () => Page.Show<HomeView>()).For(Role.Viewer).ExcludeFromDescription();
}
