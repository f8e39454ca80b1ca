using Escale.Kernel;

namespace Escale.Ui;

/// <summary>An entry of the rail on the left: a room as the user sees it. Rooms register theirs as services.</summary>
/// <param name="Order">Where it stands: in the order of the data. Home 0, Sources 100, Tables 200, Transformations 300, SQL 350, Questions 400, Dashboards 500, Models 600, Pipelines 700, Runs 710, Monitoring 800, Settings 900.</param>
/// <param name="Key">The name that pages give as <c>Room</c> to say where they are.</param>
/// <param name="Href">The address.</param>
/// <param name="Words">What it is called.</param>
/// <param name="Icon">The name of an icon of <c>Icon.razor</c>.</param>
/// <param name="Least">Who sees it.</param>
public sealed record NavigationItem(int Order, string Key, string Href, Text Words, string Icon, Role Least = Role.Viewer);

/// <summary>A step of the breadcrumb.</summary>
/// <param name="Words">What it is called.</param>
/// <param name="Href">Its address; null for the page itself.</param>
public sealed record Crumb(string Words, string? Href = null);

/// <summary>Something that the palette (Ctrl-K) and <c>GET /api/v1/search</c> find.</summary>
/// <param name="Kind">What it is: <c>table</c>, <c>question</c>, <c>dashboard</c>, <c>run</c>, <c>page</c>, <c>action</c>.</param>
/// <param name="Title">Its name.</param>
/// <param name="Detail">A few words more, such as the description; may be empty.</param>
/// <param name="Href">Where it leads.</param>
/// <param name="Words">Other words by which it should be found: columns, tags.</param>
public sealed record Found(string Kind, string Title, string Detail, string Href, string Words = "");

/// <summary>What a room offers to the palette. Registered as a service by each room that has something.</summary>
public interface ISearchSource
{
    /// <summary>Everything that this caller may see; the search ranks and cuts.</summary>
    ValueTask<IReadOnlyList<Found>> AllAsync(Caller caller, Reader reader, CancellationToken cancellationToken);
}
