using Escale.Accounts.Audit;
using Escale.Kernel;
using Escale.Ui;

namespace Escale.Accounts;

/// <summary>The pages of this room that the rail does not show, for the palette.</summary>
internal sealed class AccountPages : ISearchSource
{
    public ValueTask<IReadOnlyList<Found>> AllAsync(Caller caller, Reader reader, CancellationToken cancellationToken)
    {
        List<Found> pages = [new("page", reader[Words.YourAccount], "", "/account"), new("page", reader[TwoSteps.TwoStepWords.Security], reader[TwoSteps.TwoStepWords.About], "/account/security"), new("page", reader[Words.Tokens], "", "/account/tokens")];
        if (caller.Is(Role.Admin))
        {
            pages.Add(new("page", reader[Words.People], reader[Words.PeopleAbout], "/settings/people"));
            pages.Add(new("page", reader[AuditWords.Title], reader[AuditWords.About], "/settings/audit"));
        }
        return ValueTask.FromResult<IReadOnlyList<Found>>(pages);
    }
}
