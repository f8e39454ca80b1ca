using System.Globalization;
using PortOfDakar.Traffic;
using PortOfDakar.Truth;

namespace PortOfDakar.Sources;

/// <summary>One record of the port calls API: a call as it was known at <paramref name="UpdatedAt"/>.</summary>
/// <param name="CallId">Null for a draft that was saved without a number.</param>
internal sealed record PortCallReport(
    DateTime UpdatedAt, string? CallId, PortCall Call, string Status, string? Imo, string? Terminal, string? Berth, string? Eta,
    string? AnchoredAt, string? BerthedAt, string? OperationsStartedAt, string? OperationsEndedAt, string? SailedAt);

/// <summary>
/// What the port authority's system shows at the simulated present: each call with the events reported so far, and nothing of what
/// will come. Reports are a few minutes old, some of them days.
/// </summary>
internal sealed class PortCallReports
{
    private const int LateHours = 36;

    private readonly DateTime _now;
    private readonly Faults _faults;

    /// <summary>In the order of the API: by update, then by call.</summary>
    public IReadOnlyList<PortCallReport> Reports { get; }

    /// <summary>The calls that a table should hold in the end, each once: those reported, but for the ones with an impossible date.</summary>
    public IReadOnlyList<PortCall> Accepted { get; }

    public PortCallReports(SimulatorOptions options, IReadOnlyList<PortCall> calls, Faults faults, TruthFile truth)
    {
        (_now, _faults) = (options.Now, faults);
        Describe(truth);
        var reports = new List<PortCallReport>();
        var accepted = new List<PortCall>();
        foreach (var call in calls)
        {
            var events = Reported(call);
            if (events == 0)
            {
                continue;
            }

            if (Tell(call, events, reports, truth))
            {
                accepted.Add(call);
            }
        }

        Reports = [.. reports.OrderBy(r => r.UpdatedAt).ThenBy(r => r.CallId, StringComparer.Ordinal)];
        Accepted = accepted;
        truth.Expect("bronze.port_calls", accepted.Count);
        truth.Expect("quarantine.port_calls", truth.Faults["calls.bad_date"].Ids.Count + truth.Faults["calls.without_id"].Ids.Count);
    }

    /// <summary>How many of a call's six events, from its announcement to its sailing, the port has entered by now.</summary>
    public int Reported(PortCall call) => call.Milestones.TakeWhile((milestone, i) => PublishedAt(call, i, milestone.At) <= _now).Count();

    private DateTime PublishedAt(PortCall call, int milestone, DateTime at) =>
        at.AddMinutes(call.ReportingMinutes).AddHours(milestone == 5 && _faults.OfCall(call.Number) == CallFault.Late ? LateHours : 0);

    private static void Describe(TruthFile truth)
    {
        truth.Describe("calls.null_vessel", "kept", "gold.fact_port_call", "vessel_key = -1");
        truth.Describe("calls.repeated", "repaired", "bronze.port_calls", "merged on call_id: the latest update wins");
        truth.Describe("calls.bad_date", "quarantined", "quarantine.port_calls", "eta is not a timestamp");
        truth.Describe("calls.without_id", "quarantined", "quarantine.port_calls", "call_id is null");
        truth.Describe("calls.null_terminal", "repaired", "silver.port_calls", "the terminal follows from the berth");
        truth.Describe("calls.missing_berthing", "repaired", "silver.port_calls", "the time of berthing comes from the berth page");
        truth.Describe("calls.swapped_operations", "repaired", "silver.port_calls", "operations end after they start");
        truth.Describe("calls.late", "kept", "bronze.port_calls", "the cursor looks back three days");
    }

    // Adds what the API says of a call; false when it cannot be accepted.
    private bool Tell(PortCall call, int events, List<PortCallReport> reports, TruthFile truth)
    {
        if (Dice.Hash(call.Number, "draft", 0) % 400 == 0)
        {
            truth.Add("calls.without_id", call.Id);
            reports.Add(Report(call, 1, CallFault.None) with { CallId = null });
        }

        var fault = Applies(_faults.OfCall(call.Number), events);
        if (fault == CallFault.Repeated)
        {
            reports.Add(Report(call, events - 1, CallFault.None));
        }

        if (fault != CallFault.None)
        {
            truth.Add(Name(fault), call.Id);
        }

        reports.Add(Report(call, events, fault));
        return fault != CallFault.BadDate;
    }

    // A fault shows only once the event that it spoils has been reported.
    private static CallFault Applies(CallFault fault, int events) => fault switch
    {
        CallFault.Repeated => events >= 2,
        CallFault.NullTerminal or CallFault.MissingBerthing => events >= 3,
        CallFault.SwappedOperations => events >= 5,
        CallFault.Late => events >= 6,
        _ => true,
    } ? fault : CallFault.None;

    private static string Name(CallFault fault) => fault switch
    {
        CallFault.NullVessel => "calls.null_vessel",
        CallFault.Repeated => "calls.repeated",
        CallFault.BadDate => "calls.bad_date",
        CallFault.NullTerminal => "calls.null_terminal",
        CallFault.MissingBerthing => "calls.missing_berthing",
        CallFault.SwappedOperations => "calls.swapped_operations",
        _ => "calls.late",
    };

    private static PortCallReport Report(PortCall call, int events, CallFault fault)
    {
        var (status, at) = call.Milestones.ElementAt(events - 1);
        var (started, ended) = fault == CallFault.SwappedOperations
            ? (call.OperationsEnded, call.OperationsStarted)
            : (call.OperationsStarted, call.OperationsEnded);
        return new PortCallReport(
            at.AddMinutes(call.ReportingMinutes), call.Id, call, status,
            fault == CallFault.NullVessel ? null : call.Vessel.Imo.ToString(CultureInfo.InvariantCulture),
            fault == CallFault.NullTerminal ? null : call.Terminal.Code,
            events >= 3 ? call.Berth.Code : null,
            fault == CallFault.BadDate ? $"{call.Eta.Year}-02-30T27:61:00+01:00" : PortCallApi.Paris(call.Eta),
            events >= 2 ? Utc(call.Anchored) : null,
            events < 3 || fault == CallFault.MissingBerthing ? null : Utc(call.Berthed),
            events >= 4 ? Utc(started) : null,
            events >= 5 ? Utc(ended) : null,
            events >= 6 ? Utc(call.Sailed) : null);
    }

    public static string Utc(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
