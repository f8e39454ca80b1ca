using Escale.Kernel;
using Escale.Ui;

namespace Escale.Explore.Tables.Lineage;

/// <summary>What of a kind reads a table: questions, dashboards. Each kind registers one as a service.</summary>
internal interface ITableUse
{
    /// <summary>Those that read it and that the caller may see.</summary>
    ValueTask<IReadOnlyList<Found>> OfAsync(TableName table, Caller caller, CancellationToken cancellationToken);
}
