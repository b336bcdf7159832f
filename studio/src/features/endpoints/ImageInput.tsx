import { Button, FileButton, Group, Image, Paper, Text } from "@mantine/core";
import { useState } from "react";
import { showFailure } from "@/shared/format/failure";

const TYPES = "image/*";

/** An image as the Base64 of its file: dropped here, or chosen. */
export function ImageInput({ label, value, onChange }: {
  label: string;
  value: string;
  onChange: (value: string | null) => void;
}) {
  const [isOver, setOver] = useState(false);
  const take = (file: File | null | undefined) => {
    if (file) base64Of(file).then(onChange, showFailure);
  };
  return (
    <Paper
      withBorder
      p={6}
      bg={isOver ? "var(--mantine-primary-color-light)" : undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files[0]);
      }}
    >
      {value === "" ? (
        <Text size="xs" c="dimmed" mb={4}>
          Drop an image here
        </Text>
      ) : (
        <Image src={`data:;base64,${value}`} alt={label} h={96} fit="contain" mb={4} />
      )}
      <Group gap={4}>
        <FileButton accept={TYPES} onChange={take} inputProps={{ "aria-label": `File of ${label}` }}>
          {(props) => (
            <Button {...props} size="compact-xs" variant="default" aria-label={`Choose ${label}`}>
              Choose
            </Button>
          )}
        </FileButton>
        {value !== "" && (
          <Button size="compact-xs" variant="default" aria-label={`None for ${label}`} onClick={() => onChange(null)}>
            None
          </Button>
        )}
      </Group>
    </Paper>
  );
}

function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(reader.error ?? new Error(`${file.name} cannot be read.`));
    reader.readAsDataURL(file);
  });
}
