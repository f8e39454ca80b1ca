namespace PortOfDakar.Ais;

/// <summary>The feed as files, one NDJSON file a day, for looking at it without Escale.</summary>
internal static class AisFiles
{
    public static void Write(Simulation simulation)
    {
        var folder = simulation.Options.AisFolder;
        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
        }

        foreach (var batch in simulation.Ais.Batches())
        {
            if (folder is not null)
            {
                File.WriteAllBytes(Path.Combine(folder, $"{batch.Id}.ndjson"), batch.Body.Span);
            }
        }

        simulation.WriteTruth();
    }
}
