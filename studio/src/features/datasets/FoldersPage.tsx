import { Button, Group, Image, NavLink, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { api, unwrap } from "@/shared/api/client";
import { queries } from "@/shared/api/queries";
import { PageTitle } from "@/shared/format/PageTitle";

const IMAGE = /\.(jpe?g|png|gif|bmp|webp|tiff?)$/i;

export default function FoldersPage() {
  const [search, setSearch] = useSearchParams();
  const folders = useQuery(queries.folders());
  const chosen = search.get("folder") ?? folders.data?.[0]?.name;
  return (
    <>
      <PageTitle title="Folders" note="Folders of images and other files on this server, by name" />
      <Group align="flex-start" wrap="nowrap" gap="xl">
        <Stack w={260} miw={200}>
          {folders.data?.map((one) => (
            <NavLink
              key={one.name}
              component="button"
              label={one.name}
              description={one.path}
              active={one.name === chosen}
              onClick={() => setSearch({ folder: one.name })}
            />
          ))}
          {folders.data?.length === 0 && (
            <Text size="sm">No folder yet. Name one on this server; the files stay where they are.</Text>
          )}
          <AddFolder />
        </Stack>
        {chosen !== undefined && <Files folder={chosen} />}
      </Group>
    </>
  );
}

function AddFolder() {
  const [name, setName] = useState("");
  const [path, setPath] = useState("");
  const client = useQueryClient();
  const add = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/folders", { body: { name, path } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["folders"] }),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <TextInput label="Name" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <TextInput
        label="Path on the server"
        required
        value={path}
        onChange={(event) => setPath(event.currentTarget.value)}
      />
      <Button type="submit" mt="sm" variant="default" loading={add.isPending}>
        Add folder
      </Button>
    </form>
  );
}

function Files({ folder }: { folder: string }) {
  const files = useInfiniteQuery({
    queryKey: ["files-of-folder", folder],
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/v1/folders/{folder}/files", {
          params: { path: { folder }, query: { start: pageParam, count: 60 } },
        }),
      ),
    getNextPageParam: (last) => (last.has_more ? last.start + last.paths.length : undefined),
  });
  const paths = files.data?.pages.flatMap((page) => page.paths) ?? [];
  return (
    <Stack style={{ flex: 1 }}>
      <SimpleGrid cols={{ base: 2, sm: 4, lg: 6 }}>
        {paths.map((path) => (
          <figure key={path} style={{ margin: 0 }}>
            {IMAGE.test(path) && (
              <Image
                src={`/api/v1/folders/${encodeURIComponent(folder)}/thumbnail?path=${encodeURIComponent(path)}`}
                alt={path}
                loading="lazy"
                h={110}
                fit="contain"
              />
            )}
            <Text size="xs" truncate component="figcaption" title={path}>
              {path}
            </Text>
          </figure>
        ))}
      </SimpleGrid>
      {files.hasNextPage && (
        <Button variant="default" loading={files.isFetching} onClick={() => files.fetchNextPage()}>
          Show more
        </Button>
      )}
    </Stack>
  );
}
