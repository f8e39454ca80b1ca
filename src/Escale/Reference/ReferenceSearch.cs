using Escale.Kernel;
using Escale.Ui;

namespace Escale.Reference;

/// <summary>The reference in the palette.</summary>
internal sealed class ReferenceSearch : ISearchSource
{
    public ValueTask<IReadOnlyList<Found>> AllAsync(Caller caller, Reader reader, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<Found>>([new Found("page", reader[Words.Reference], "REST, OpenAPI", "/reference")]);
}
