using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Escale.Collect.Loading;
using ExcelDataReader;
using ExcelDataReader.Exceptions;

namespace Escale.Collect.Files;

/// <summary>Brings the rows of a spreadsheet (<c>.xlsx</c>, <c>.xlsb</c>, <c>.xls</c>) into a stage: numbers stay numbers, dates become ISO text, the rest is text.</summary>
internal static class ExcelFiles
{
    private const long MaxUnpackedBytes = 4L << 30;
    private const int MaxRatio = 500;

    static ExcelFiles() => System.Text.Encoding.RegisterProvider(System.Text.CodePagesEncodingProvider.Instance);

    public static void Read(string path, string shown, FilesSettings settings, RecordStage stage, CancellationToken cancellationToken) => Open(path, shown, reader =>
    {
        MoveToSheet(reader, settings.Sheet, shown);
        ReadRows(reader, shown, settings, stage, cancellationToken);
    });

    /// <summary>The sheets, in their order.</summary>
    public static IReadOnlyList<SheetInfo> Sheets(string path, string shown, CancellationToken cancellationToken)
    {
        var sheets = new List<SheetInfo>();
        Open(path, shown, reader =>
        {
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                sheets.Add(new SheetInfo(reader.Name, reader.RowCount, reader.FieldCount));
            }
            while (sheets.Count < SheetList.Most && reader.NextResult());
        });
        return sheets;
    }

    private static void Open(string path, string shown, Action<IExcelDataReader> read)
    {
        using var file = File.OpenRead(path);
        try
        {
            RefuseBomb(path, shown);
            using var reader = ExcelReaderFactory.CreateReader(file);
            read(reader);
        }
        catch (Exception exception) when (exception is ExcelReaderException or InvalidDataException or System.Xml.XmlException or IndexOutOfRangeException or ArgumentException or NotSupportedException or EndOfStreamException)
        {
            throw new EscaleException("collect.file-not-excel", $"{shown} cannot be read as a spreadsheet: {exception.Message.TrimEnd('.')}.", "Save it again as .xlsx, without a password.", new Place(shown), exception);
        }
    }

    private static void ReadRows(IExcelDataReader reader, string shown, FilesSettings settings, RecordStage stage, CancellationToken cancellationToken)
    {
        IReadOnlyList<string>? names = null;
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        for (long line = 1; reader.Read(); line++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var cells = new object?[reader.FieldCount];
            for (var i = 0; i < cells.Length; i++)
            {
                cells[i] = reader.GetValue(i);
            }
            if (line <= settings.Csv.SkipRows || Array.TrueForAll(cells, cell => cell is null or ""))
            {
                continue;
            }
            if (names is null)
            {
                var hasHeader = settings.Csv.Header ?? true;
                names = ColumnNames.Clean([.. cells.Select(cell => hasHeader ? Convert.ToString(cell, CultureInfo.InvariantCulture) ?? "" : "")]);
                names.ToList().ForEach(stage.Shape.AddField);
                if (hasHeader)
                {
                    continue;
                }
            }
            Write(writer, names, cells, settings.Csv.NullValues);
            stage.Add(buffer.WrittenSpan, shown, line);
            buffer.ResetWrittenCount();
            writer.Reset();
        }
    }

    private static void Write(Utf8JsonWriter writer, IReadOnlyList<string> names, object?[] cells, IReadOnlyList<string> nullValues)
    {
        writer.WriteStartObject();
        for (var i = 0; i < cells.Length; i++)
        {
            writer.WritePropertyName(i < names.Count ? names[i] : $"column{i + 1}");
            switch (cells[i])
            {
                case null:
                    writer.WriteNullValue();
                    break;
                case bool value:
                    writer.WriteBooleanValue(value);
                    break;
                case double value when value == Math.Truncate(value) && Math.Abs(value) < 1e15:
                    writer.WriteNumberValue((long)value);
                    break;
                case double value when double.IsFinite(value):
                    writer.WriteNumberValue(value);
                    break;
                case DateTime value:
                    writer.WriteStringValue(value.TimeOfDay == TimeSpan.Zero ? value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : value.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture));
                    break;
                case string text when nullValues.Contains(text):
                    writer.WriteNullValue();
                    break;
                case var other:
                    writer.WriteStringValue(Convert.ToString(other, CultureInfo.InvariantCulture));
                    break;
            }
        }
        writer.WriteEndObject();
        writer.Flush();
    }

    private static void MoveToSheet(IExcelDataReader reader, string? sheet, string shown)
    {
        if (sheet is null)
        {
            MoveToFirst(reader);
            return;
        }
        var names = new List<string>();
        do
        {
            names.Add(reader.Name);
            if (reader.Name == sheet || names.Count.ToString(CultureInfo.InvariantCulture) == sheet)
            {
                return;
            }
        }
        while (reader.NextResult());
        throw new EscaleException("collect.sheet-missing", $"{shown} has no sheet '{sheet}'.", "It has " + string.Join(", ", names) + ".", new Place(shown, Field: "sheet"));
    }

    /// <summary>Passes over sheets without a table; when there is none, all are passed over but the first.</summary>
    private static void MoveToFirst(IExcelDataReader reader)
    {
        while (reader.RowCount <= 1)
        {
            if (!reader.NextResult())
            {
                reader.Reset();
                return;
            }
        }
    }

    /// <summary>Counts what the archive unpacks to, entry by entry as it streams, before the reader sees it: declared sizes may lie.</summary>
    private static void RefuseBomb(string path, string shown)
    {
        using var file = File.OpenRead(path);
        if (file.ReadByte() != 'P' || file.ReadByte() != 'K')
        {
            return;
        }
        file.Position = 0;
        long unpacked = 0;
        var limit = Math.Min(MaxUnpackedBytes, Math.Max(16L << 20, file.Length * MaxRatio));
        using var archive = new ZipArchive(file, ZipArchiveMode.Read);
        var buffer = new byte[1 << 16];
        foreach (var entry in archive.Entries)
        {
            using var stream = entry.Open();
            int got;
            while ((got = stream.Read(buffer)) > 0)
            {
                unpacked += got;
                if (unpacked > limit)
                {
                    throw new EscaleException("collect.decompression-ratio", $"{shown} unpacks to more than {Http.Sizes.Show(limit)}: this looks like a decompression bomb.", "Ask the provider of the file.", new Place(shown));
                }
            }
        }
    }
}
