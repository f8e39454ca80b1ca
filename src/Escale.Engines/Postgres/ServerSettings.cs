using System.Globalization;
using Escale.Kernel;

namespace Escale.Engines.Postgres;

/// <summary>
/// The embedded server's whole configuration, written anew before each start. For analytics on a small machine that is shared with
/// DuckDB: modest memory, no replication (so that loading a new table writes no WAL), no JIT, every commit durable.
/// </summary>
internal static class ServerSettings
{
    public static void Write(ServerFolders folders, int port, DurableWriter writer)
    {
        Put(folders, "postgresql.conf", Configuration(folders, port, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes), writer);
        // Passwords everywhere, also on the socket: other users of the machine reach both.
        Put(
            folders, "pg_hba.conf",
            "local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 scram-sha-256\n", writer);
    }

    private static void Put(ServerFolders folders, string name, string text, DurableWriter writer)
    {
        var path = Path.Combine(folders.Data, name);
        if (File.Exists(path) && File.ReadAllText(path) == text)
        {
            return;
        }
        writer.Write(path, System.Text.Encoding.UTF8.GetBytes(text));
        folders.User?.Own(path);
    }

    internal static string Configuration(ServerFolders folders, int port, long memoryBytes)
    {
        var memoryMb = memoryBytes / (1024 * 1024);
        var sharedMb = Math.Clamp(memoryMb / 16, 64, 1024);
        var maintenanceMb = Math.Clamp(memoryMb / 16, 64, 512);
        var socket = OperatingSystem.IsWindows() ? "" : folders.Socket;
        return string.Create(CultureInfo.InvariantCulture, $"""
            # Written by escale before each start: changes here are lost.
            listen_addresses = '127.0.0.1'
            port = {port}
            unix_socket_directories = '{socket.Replace("'", "''", StringComparison.Ordinal)}'
            unix_socket_permissions = 0700
            password_encryption = 'scram-sha-256'
            max_connections = 120
            shared_buffers = '{sharedMb}MB'
            effective_cache_size = '{Math.Max(memoryMb / 2, 256)}MB'
            maintenance_work_mem = '{maintenanceMb}MB'
            work_mem = '16MB'
            wal_level = minimal
            max_wal_senders = 0
            max_wal_size = '2GB'
            min_wal_size = '80MB'
            checkpoint_timeout = '10min'
            checkpoint_completion_target = 0.9
            wal_compression = on
            fsync = on
            full_page_writes = on
            synchronous_commit = on
            jit = off
            random_page_cost = 1.1
            timezone = 'UTC'
            log_timezone = 'UTC'
            datestyle = 'iso, ymd'
            lc_messages = 'C'
            log_destination = 'stderr'
            logging_collector = off
            log_line_prefix = '%m [%p] %q%u@%d '
            log_min_messages = warning
            log_checkpoints = off
            cluster_name = 'escale'

            """);
    }
}
