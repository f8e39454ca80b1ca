using Escale.Kernel;

namespace Escale.Ui;

/// <summary>Something to do with a table that another room offers: a button at the top of its pages. Rooms register theirs as services.</summary>
/// <param name="Order">Where it stands.</param>
/// <param name="Words">What it is called.</param>
/// <param name="Icon">The name of an icon of <c>Icon.razor</c>.</param>
/// <param name="Href">The address, for the table's name.</param>
/// <param name="Least">Who sees it.</param>
/// <param name="IsPost">Whether it does something at once: a form is sent there.</param>
public sealed record TableAction(int Order, Text Words, string Icon, Func<string, string> Href, Role Least = Role.Analyst, bool IsPost = false);
