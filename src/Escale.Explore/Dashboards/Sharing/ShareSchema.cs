namespace Escale.Explore.Dashboards.Sharing;

/// <summary>Where links to dashboards are kept: a token's hash, never the token.</summary>
internal static class ShareSchema
{
    public const string DashboardShares = """
        create table dashboard_share (
          id bigint generated always as identity primary key,
          dashboard_id text not null,
          token_hash bytea not null unique,
          person_id text not null,
          person_name text not null,
          created_at timestamptz not null,
          expires_at timestamptz not null,
          revoked_at timestamptz);
        create index dashboard_share_dashboard on dashboard_share (dashboard_id);
        """;
}
